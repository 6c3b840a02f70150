"""Secrets at rest: sealed, bound to their reference, and useless without the key file."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import select, update

from openqrm.adapters.database import Database
from openqrm.adapters.database.tables import SECRETS
from openqrm.adapters.vault import DatabaseVault
from openqrm.domain.errors import Category, OpenqrmError


@pytest.fixture
def vault(database: Database, tmp_path: Path) -> DatabaseVault:
    return DatabaseVault(database.connections, tmp_path / "vault.key")


def test_kept_revealed_replaced_forgotten(vault: DatabaseVault) -> None:
    vault.keep("grant-a", "sécret")
    vault.keep("grant-a", "newer")
    assert (vault.holds("grant-a"), vault.reveal("grant-a"), vault.holds("grant-b")) == (True, "newer", False)
    vault.forget("grant-a")
    vault.forget("grant-a")
    with pytest.raises(OpenqrmError) as missing:
        vault.reveal("grant-a")
    assert missing.value.category is Category.NOT_FOUND


def test_the_database_alone_gives_nothing_away(vault: DatabaseVault, database: Database) -> None:
    vault.keep("grant-a", "correct horse")
    with database.connections.single() as connection:
        sealed = connection.scalar(select(SECRETS.c.sealed))
    assert sealed is not None
    assert b"horse" not in sealed


def test_secrets_cannot_change_places(vault: DatabaseVault, database: Database) -> None:
    vault.keep("root-password", "correct horse")
    with database.connections.write() as connection:
        connection.execute(update(SECRETS).values(reference="guest-password"))
    with pytest.raises(OpenqrmError) as refused:
        vault.reveal("guest-password")
    assert refused.value.category is Category.REFUSED


def test_the_key_is_made_once_for_its_owner_alone(vault: DatabaseVault, database: Database, tmp_path: Path) -> None:
    key = tmp_path / "vault.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("vault*")) == ["vault.key"]
    vault.keep("grant-a", "secret")
    assert DatabaseVault(database.connections, key).reveal("grant-a") == "secret"
    key.chmod(0o644)
    with pytest.raises(OpenqrmError) as refused:
        DatabaseVault(database.connections, key)
    assert refused.value.category is Category.REFUSED
