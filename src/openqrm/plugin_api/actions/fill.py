"""Filling a volume that is a folder: from an archive or another folder on the storage's own machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import msgspec

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, NotYet, Satisfied, Seen
from openqrm.plugin_api.run import run
from openqrm.ports.world import Host, World

PROGRAM = Path(__file__).parents[1] / "host/fill.py"
LOOK_S = 2.0
START_S = 60.0
CLEAR_S = 600.0
_HINT = "Log in to the storage: is there a python3, can it read the source and write the volume?"
_SOURCE_HINT = "Mend the source, or name another one; the volume is emptied again."


@dataclass(frozen=True)
class Filling:
    """What goes where on a host. `note` is a file that says how far it is, `trash` a folder for what is cleared."""

    host: str
    volume: str
    target: str
    source: str
    note: str
    trash: str
    sha256: str = ""
    most_bytes: int = 0  # 0: as much as the disk has


class _Told(msgspec.Struct, frozen=True):
    state: str
    percent: int = 0
    because: str = ""
    source: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class FillFolder:
    """The volume holds what the archive or folder holds; it was empty before. A worker on the host does it."""

    name: ClassVar[str] = "openqrm.fill-folder"
    filling: Filling

    def describe(self) -> str:
        return f"Fill {self.filling.target} on {self.filling.host} from {self.filling.source}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.filling.volume}",)

    def inverse(self) -> ClearFolder:
        return ClearFolder(self.filling)

    def observe(self, world: World) -> Seen:
        told = _look(world, self.filling)
        match told.state:
            case "filled" if told.source == self.filling.source:
                left_out = f", without {told.left_out} devices" if told.left_out else ""
                return Satisfied(f"it is filled from {told.source}{left_out}")
            case "working":
                return NotYet(f"{told.percent} % of {self.filling.source} are through", LOOK_S)
            case "failed":
                raise StepError(Category.REFUSED, f"{self.filling.source}: {told.because}", _SOURCE_HINT)
            case "empty":
                return Differs(f"{self.filling.target} is empty")
            case "broken off":
                return Differs("the work was broken off")
        message = f"{self.filling.target} holds something else already"
        raise StepError(Category.CONFLICT, message, "Create another volume: filling never overwrites anything.")

    def ensure(self, world: World) -> None:
        _ask(world.host(self.filling.host), "start", self.filling, START_S)


@dataclass(frozen=True)
class ClearFolder:
    """The volume is empty: what was filled whole is in the storage's trash, what was not is gone."""

    name: ClassVar[str] = "openqrm.clear-folder"
    filling: Filling

    def describe(self) -> str:
        return f"Empty {self.filling.target} on {self.filling.host} of what came from {self.filling.source}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.filling.volume}",)

    def inverse(self) -> FillFolder:
        return FillFolder(self.filling)

    def observe(self, world: World) -> Seen:
        told = _look(world, self.filling)
        if told.state in ("empty", "foreign"):
            return Satisfied(f"nothing of {self.filling.source} is in {self.filling.target}")
        return Differs(f"{self.filling.target} is {told.state}")

    def ensure(self, world: World) -> None:
        _ask(world.host(self.filling.host), "clear", self.filling, CLEAR_S)


def _look(world: World, filling: Filling) -> _Told:
    said = _ask(world.host(filling.host), "look", filling, START_S)
    try:
        return msgspec.json.decode(said, type=_Told)
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"{filling.host} answers {said.strip()[:80]!r}", _HINT) from error


def _ask(host: Host, verb: str, filling: Filling, timeout_s: float) -> str:
    keys = ("source", "target", "note", "trash", "sha256", "most_bytes")
    settings = msgspec.json.encode({key: getattr(filling, key) for key in keys}).decode()
    argv = ("python3", "-I", "-", verb, settings)
    return run(host, argv, stdin=PROGRAM.read_bytes(), timeout_s=timeout_s, hint=_HINT)
