"""What a shelf says it holds: typed at the door, and signed where the shelf has a key."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from msgspec import Meta

from openqrm.plugin_api import Category, PlanningError, StepError
from openqrm.plugin_api.manifest import Name

MOST_BYTES = 128 * 1024
MOST_ENTRIES = 200

Line = Annotated[str, Meta(pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)", max_length=100)]
ArchiveName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,120}\.(tar(\.(gz|xz|bz2|zst))?|qcow2|raw)$(?!\n)")
]
PackageName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,120}\.deb$(?!\n)")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
SizeBytes = Annotated[int, Meta(ge=1, le=1 << 44)]
_FOLDER = r"(/[A-Za-z0-9._+-]+)+"
_URL = r"(https?|ftp)://([A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~+-]+)*/?"
Source = Annotated[str, Meta(pattern=rf"^({_FOLDER}|{_URL})$(?!\n)", max_length=300)]
_HINT = "Tell who keeps the shelf; what was known of it before is kept."
_KEY_HINT = "Give what `openssl pkey -in shelf.key -pubout` prints of an Ed25519 key."


@dataclass(frozen=True)
class KernelPackage:
    """A Debian package of the kernel that an entry is made for."""

    file: PackageName
    size_bytes: SizeBytes
    sha256: Digest


@dataclass(frozen=True)
class Entry:
    """A packed root file system, or a disk in a file."""

    name: Name
    file: ArchiveName
    size_bytes: SizeBytes
    sha256: Digest
    os: Line = "linux"
    os_version: Line = ""
    comment: Line = ""
    kernel: KernelPackage | None = None


@dataclass(frozen=True)
class Catalogue:
    """All entries. Of a signed shelf `serial` never goes back, so that nobody brings an old one again."""

    entries: Annotated[tuple[Entry, ...], Meta(max_length=MOST_ENTRIES)] = ()
    serial: Annotated[int, Meta(ge=0, le=1 << 53)] = 0


@dataclass(frozen=True)
class Shelf:
    """Where it is, whose signature it has to have (empty: none), and its catalogue as it was last taken."""

    source: Source
    key: str = ""
    user: str = ""
    password: str = ""  # reference to the vault
    catalogue: Catalogue = Catalogue()
    taken_s: float = 0.0  # since the epoch


def parse_catalogue(text: bytes) -> Catalogue:
    """Raises StepError `refused` for what is no catalogue."""
    try:
        found = msgspec.json.decode(text, type=Catalogue)
    except (msgspec.DecodeError, RecursionError) as error:
        raise StepError(Category.REFUSED, f"catalogue.json: {str(error)[:200]}", _HINT) from None
    names = [entry.name for entry in found.entries]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise StepError(Category.REFUSED, f"catalogue.json has {twice[0]} twice", _HINT)
    return found


def parse_key(text: str) -> str:
    """A public Ed25519 key, in PEM or its base64 alone, as one line. Raises PlanningError `bad_input`."""
    line = "".join(re.sub(r"-----[A-Z ]+-----", "", text).split())
    try:
        if line and not isinstance(load_der_public_key(base64.b64decode(line, validate=True)), Ed25519PublicKey):
            raise PlanningError(Category.BAD_INPUT, "the key is of another kind than Ed25519", _KEY_HINT)
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise PlanningError(Category.BAD_INPUT, "that is no public key", _KEY_HINT) from error
    return line


def demand_signature(key: str, text: bytes, signature: bytes) -> None:
    """Raises StepError `refused` unless this key has signed it."""
    if not signature:
        raise StepError(Category.REFUSED, "there is no catalogue.json.sig, and the shelf has a key", _HINT)
    public = load_der_public_key(base64.b64decode(key))
    assert isinstance(public, Ed25519PublicKey)
    try:
        public.verify(signature, text)
    except InvalidSignature:
        raise StepError(Category.REFUSED, "catalogue.json is not signed by the shelf's key", _HINT) from None


def demand_newer(before: Catalogue, found: Catalogue) -> None:
    """Raises StepError `refused` for an older catalogue than the one that is known."""
    if found.serial < before.serial:
        message = f"the catalogue's serial is {found.serial}, and {before.serial} was seen already"
        raise StepError(Category.REFUSED, message, "Somebody offers an old catalogue: tell who keeps the shelf.")
