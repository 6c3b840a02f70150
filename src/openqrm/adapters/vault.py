"""Secrets in the database, sealed with a key that is not in it: neither alone gives anything away."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, delete, select

from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.dialect import insert
from openqrm.adapters.database.tables import SECRETS
from openqrm.domain.errors import Category, OpenqrmError, StepError

KEY_BYTES, NONCE_BYTES = 32, 12
SEALED = select(SECRETS.c.sealed).where(SECRETS.c.reference == bindparam("at_reference"))


class DatabaseVault:
    """ports.world.Vault. AES-256-GCM; the reference is sealed in, so that secrets cannot change places."""

    def __init__(self, connections: Connections, key_file: Path) -> None:
        self._connections = connections
        self._cipher = AESGCM(read_key(key_file))

    def keep(self, reference: str, secret: str) -> None:
        """Store it under this reference, in place of what was there."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, secret.encode(), reference.encode())
        with self._connections.write() as connection:
            adding = insert(connection.dialect.name, SECRETS).values(reference=reference, sealed=sealed)
            connection.execute(adding.on_conflict_do_update(index_elements=["reference"], set_={"sealed": sealed}))

    def holds(self, reference: str) -> bool:
        """Whether there is one under this reference."""
        return self._sealed(reference) is not None

    def reveal(self, reference: str) -> str:
        """Raises StepError `not_found`, or `refused` when the key is not the one it was sealed with."""
        sealed = self._sealed(reference)
        if sealed is None:
            raise StepError(
                Category.NOT_FOUND, f"the vault holds no {reference}", "Set the password again where it belongs."
            )
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], reference.encode()).decode()
        except InvalidTag:
            raise StepError(
                Category.REFUSED,
                f"the secret {reference} was sealed with another key",
                "Bring back the vault's key file that belongs to this database; it is part of every backup.",
            ) from None

    def forget(self, reference: str) -> None:
        """Nothing happens when it is gone already."""
        with self._connections.write() as connection:
            connection.execute(delete(SECRETS).where(SECRETS.c.reference == reference))

    def _sealed(self, reference: str) -> bytes | None:
        with self._connections.single() as connection:
            return connection.scalar(SEALED, {"at_reference": reference})


def read_key(path: Path) -> bytes:
    """The key, made on the first use; nobody else may read its file."""
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & 0o077:
        raise OpenqrmError(Category.REFUSED, f"others may read {path}", f"chmod 600 {path}, and ask who has read it.")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise OpenqrmError(Category.BAD_INPUT, f"{path} is not a key", "Bring it back from a backup.")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all; when two begin at once, the first one's stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
