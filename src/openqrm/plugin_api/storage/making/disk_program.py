"""The program that a storage runs for disks in files: what it is asked, and what it says."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.sending import command, pack
from openqrm.ports.world import Host

PROGRAM = pack("noting", "confining", "disks.looking", "disks.settling", "disks.making")
QUICK_S = 120.0
T = TypeVar("T")
_HINT = "Log in to the storage: python3 and qemu-img there, the disk mounted and writable, space left?"


class Told(msgspec.Struct, frozen=True):
    """What there is at a path, nothing when `format` is empty."""

    format: str
    size_bytes: int = 0
    backing: str = ""
    blank: bool = False


class Listed(msgspec.Struct, frozen=True):
    """A disk of a directory; its size is 0 when nobody should open it."""

    name: str
    size_bytes: int
    used_bytes: int


class Beneath(msgspec.Struct, frozen=True):
    """What a directory is on, and what its machine has."""

    filesystem: str
    shares: bool  # blocks between files
    qcow2: bool


class Swept(msgspec.Struct, frozen=True):
    """Layers that no disk stands on."""

    unused: int


def look_at(host: Host, path: str) -> Told:
    """Raises StepError `refused` for a disk that nobody should open."""
    return _answer(_ask(host, "look", path=path), Told)


def list_disks(host: Host, directory: str) -> list[Listed]:
    """All qcow2 files there, ours or not."""
    return _answer(_ask(host, "list", directory=directory), list[Listed])


def look_beneath(host: Host, directory: str) -> Beneath:
    """What the disk of this directory can, or of the nearest one above that exists."""
    return _answer(_ask(host, "directory", directory=directory), Beneath)


def sweep(host: Host, directory: str, *, dry: bool) -> int:
    """How many layers no disk stands on; unless it is dry they are gone."""
    return _answer(_ask(host, "sweep", directory=directory, dry=dry), Swept).unused


def tell(host: Host, verb: str, **settings: Any) -> None:
    """Have it done: make, clone or grow."""
    _ask(host, verb, **settings)


def _ask(host: Host, verb: str, **settings: Any) -> str:
    argv = command(verb, msgspec.json.encode(settings).decode())
    done = host.run(argv, stdin=PROGRAM, timeout_s=QUICK_S)
    if done.status == 0:
        return done.out
    words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
    raise StepError(Category.REFUSED, words, _HINT)


def _answer(text: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"the storage answers {text.strip()[:80]!r}", _HINT) from error
