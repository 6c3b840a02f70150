"""Shelves of which every byte is known."""

import json
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openqrm_plugins.image_shelf.tests.simulator import Site

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
ARCHIVE, PACKAGE = b"an archive" * 10, b"a package" * 10


def entry(name: str = "debian-12", **more: object) -> dict[str, object]:
    """As a catalogue has it."""
    told = {"name": name, "file": f"{name}.tar.zst", "size_bytes": len(ARCHIVE), "sha256": sha256(ARCHIVE).hexdigest()}
    return told | more


def kernel(file: str = "linux-image.deb") -> dict[str, object]:
    """The package that an entry is made for."""
    return {"file": file, "size_bytes": len(PACKAGE), "sha256": sha256(PACKAGE).hexdigest()}


def site(*entries: dict[str, object], serial: int = 1, key: Ed25519PrivateKey | None = KEY) -> Site:
    """A shelf that holds these, and everything they name."""
    text = json.dumps({"serial": serial, "entries": entries}).encode()
    files = {"catalogue.json": text} | ({"catalogue.json.sig": key.sign(text)} if key else {})
    files |= {str(each["file"]): ARCHIVE for each in entries} | {"linux-image.deb": PACKAGE}
    return Site(files)
