"""The program that a storage runs for disks in files: what it is asked, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from openqrm.domain.errors import Category, StepError
from openqrm.ports.world import Host

_FOLDER = Path(__file__).parents[2] / "host/disks"
_MODULES = {f"openqrm.plugin_api.host.disks.{name}": name for name in ("looking", "filling", "making")}
PROGRAM = msgspec.json.encode({name: _FOLDER.joinpath(f"{file}.py").read_text() for name, file in _MODULES.items()})
BOOT = """\
import json, sys, types
for name, text in json.load(sys.stdin).items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
"""
QUICK_S = 120.0
T = TypeVar("T")
_HINT = "Log in to the storage: python3 and qemu-img there, the disk mounted and writable, space left?"


class Told(msgspec.Struct, frozen=True):
    """What there is at a path, nothing when `format` is empty, and what the note says it is filled from."""

    format: str
    size_bytes: int = 0
    backing: str = ""
    blank: bool = False
    filled_from: str = ""


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


def look_at(host: Host, path: str, note: str = "") -> Told:
    """Raises StepError `refused` for a disk that nobody should open."""
    return _answer(_ask(host, "look", path=path, note=note), Told)


def list_disks(host: Host, directory: str) -> list[Listed]:
    """All qcow2 files there, ours or not."""
    return _answer(_ask(host, "list", directory=directory), list[Listed])


def look_beneath(host: Host, directory: str) -> Beneath:
    """What the disk of this directory can, or of the nearest one above that exists."""
    return _answer(_ask(host, "directory", directory=directory), Beneath)


def sweep(host: Host, directory: str, *, dry: bool) -> int:
    """How many layers no disk stands on; unless it is dry they are gone."""
    return _answer(_ask(host, "sweep", directory=directory, dry=dry), Swept).unused


def tell(host: Host, verb: str, timeout_s: float = QUICK_S, **settings: Any) -> None:
    """Have it done: make, clone, grow or fill."""
    _ask(host, verb, timeout_s, **settings)


def _ask(host: Host, verb: str, timeout_s: float = QUICK_S, **settings: Any) -> str:
    argv = ("python3", "-I", "-c", BOOT, verb, msgspec.json.encode(settings).decode())
    done = host.run(argv, stdin=PROGRAM, timeout_s=timeout_s)
    if done.status == 0:
        return done.out
    words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
    raise StepError(Category.REFUSED, words, _HINT)


def _answer(text: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"the storage answers {text.strip()[:80]!r}", _HINT) from error
