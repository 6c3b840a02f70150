"""Volumes that are a file or a folder: put away instead of destroyed, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.plugin_api.run import run
from openqrm.ports.world import Host, World


@dataclass(frozen=True)
class PutAway:
    """The volume's file or folder is out of the way, whole, in the storage's trash."""

    name: ClassVar[str] = "openqrm.put-away"
    host: str
    volume: str
    path: str
    trash: str

    def describe(self) -> str:
        return f"Move {self.path} on {self.host} to {self.trash}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> TakeBack:
        return TakeBack(self.host, self.volume, self.path, self.trash)

    def observe(self, world: World) -> Seen:
        if is_there(world.host(self.host), self.path):
            return Differs(f"{self.path} is there")
        return Satisfied(f"there is no {self.path}")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        run(host, ("mkdir", "-p", "-m", "700", "--", str(PurePosixPath(self.trash).parent)))
        # what an older volume of this name left there is kept beside it
        run(host, ("mv", "-T", "--backup=numbered", "--", self.path, self.trash))


@dataclass(frozen=True)
class TakeBack:
    """The volume's file or folder is back from the trash."""

    name: ClassVar[str] = "openqrm.take-back"
    host: str
    volume: str
    path: str
    trash: str

    def describe(self) -> str:
        return f"Move {self.trash} on {self.host} back to {self.path}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> PutAway:
        return PutAway(self.host, self.volume, self.path, self.trash)

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        if is_there(host, self.path):
            return Satisfied(f"{self.path} is there")
        return Differs(f"there is no {self.path}")

    def ensure(self, world: World) -> None:
        hint = f"Look for {self.path} in {PurePosixPath(self.trash).parent}."
        run(world.host(self.host), ("mv", "-T", "-n", "--", self.trash, self.path), hint=hint)


def is_there(host: Host, path: str) -> bool:
    """Whether something has this path."""
    return host.run(("test", "-e", path)).status == 0
