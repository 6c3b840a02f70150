"""Fetching a file of a shelf into a folder of a host, checked before it has its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec

from openqrm.plugin_api import (
    Category,
    Differs,
    Irreversible,
    NotYet,
    Satisfied,
    Seen,
    StepError,
    World,
    run,
)

PROGRAM = Path(__file__).parent / "host/fetch.py"
LOOK_S = 2.0
ASK_S = 60.0
_MIB = 1 << 20
_HINT = "Log in to the host: is there a python3, does it reach the shelf, is there room for the spool?"
_FAILED_HINT = "Refresh the shelf and unpack again; nothing of it was kept."
T = TypeVar("T")


@dataclass(frozen=True)
class Login:
    """Where a shelf is and who asks it; `password` refers to the vault."""

    source: str
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Fetching:
    """What goes where. `folder` is its own, and `name` ours: the shelf's word for the file stays on the shelf."""

    host: str
    volume: str
    shelf: Login
    file: str
    folder: str
    name: str
    size_bytes: int
    sha256: str
    patience_s: float = 300.0  # without a byte

    @property
    def path(self) -> str:
        """Where it is when it was checked."""
        return f"{self.folder}/{self.name}"


class _Told(msgspec.Struct, frozen=True):
    state: str
    so_far_bytes: int = 0
    because: str = ""


@dataclass(frozen=True)
class FetchArchive:
    """The file lies in its folder, and has the SHA-256 that was planned."""

    name: ClassVar[str] = "image-shelf.fetch-archive"
    fetching: Fetching

    def describe(self) -> str:
        return f"Fetch {self.fetching.file} ({_mib(self.fetching.size_bytes)} MiB) to {self.fetching.host} and check it"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.fetching.volume}",)

    def inverse(self) -> DropArchive:
        return DropArchive(self.fetching)

    def observe(self, world: World) -> Seen:
        told, wanted = _look(world, self.fetching), self.fetching
        so_far = f"{_mib(told.so_far_bytes)} of {_mib(wanted.size_bytes)} MiB"
        match told.state:
            case "fetched":
                return Satisfied(f"{wanted.path} has the right SHA-256")
            case "working":
                percent = min(99, told.so_far_bytes * 100 // wanted.size_bytes)
                return NotYet(f"{percent} % of {wanted.file} are there, {so_far}", LOOK_S)
            case "failed":
                raise StepError(Category.REFUSED, f"{wanted.shelf.source}: {told.because}", _FAILED_HINT)
            case "broken off":
                return Differs(f"it was broken off after {so_far}")
            case "nothing":
                return Differs("nothing of it is there")
        raise StepError(Category.UNAVAILABLE, f"{wanted.host} says {told.state[:40]!r}", _HINT)

    def ensure(self, world: World) -> None:
        ask(world, self.fetching.host, "start", self.fetching.shelf, _given(self.fetching), None)

    def halt(self, world: World) -> None:
        ask(world, self.fetching.host, "halt", Login(""), _given(self.fetching), None)


@dataclass(frozen=True)
class DropArchive:
    """Nothing of the file is left on the host."""

    name: ClassVar[str] = "image-shelf.drop-archive"
    fetching: Fetching

    def describe(self) -> str:
        return f"Remove {self.fetching.folder} from {self.fetching.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.fetching.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("nobody needs it any more, and another unpacking fetches it again")

    def observe(self, world: World) -> Seen:
        told = _look(world, self.fetching)
        if told.state == "nothing":
            return Satisfied(f"nothing is in {self.fetching.folder}")
        return Differs(f"{self.fetching.path} is {told.state}")

    def ensure(self, world: World) -> None:
        ask(world, self.fetching.host, "drop", Login(""), _given(self.fetching), None)


def ask(
    world: World, host: str, verb: str, shelf: Login, given: dict[str, Any], kind: type[T] | None,
    timeout_s: float = ASK_S,
) -> T:  # fmt: skip
    """What the program answers on the host; `kind` None where it answers nothing."""
    password = world.vault.reveal(shelf.password) if shelf.password else ""
    settings = msgspec.json.encode(given | {"source": shelf.source, "user": shelf.user, "password": password})
    argv = ("python3", "-I", "-c", PROGRAM.read_text(), verb)
    said = run(world.host(host), argv, stdin=settings, timeout_s=timeout_s, hint=_HINT)
    try:
        return msgspec.json.decode(said if kind else "null", type=kind)
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"the host answers {said.strip()[:80]!r}", _HINT) from error


def _look(world: World, fetching: Fetching) -> _Told:
    return ask(world, fetching.host, "look", Login(""), _given(fetching), _Told)


def _given(fetching: Fetching) -> dict[str, Any]:
    keys = ("file", "folder", "name", "size_bytes", "sha256", "patience_s")
    return {key: getattr(fetching, key) for key in keys}


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / _MIB:.1f}" if size_bytes < 100 * _MIB else f"{size_bytes >> 20}"
