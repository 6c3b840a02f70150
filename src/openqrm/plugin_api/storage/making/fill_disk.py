"""Filling a disk from one in a file, of any origin, by a worker on the storage's own machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.plan import Differs, Irreversible, Seen
from openqrm.plugin_api.actions import Filling
from openqrm.plugin_api.actions.fill import (
    CLEAR_S,
    ask_of_filling,
    change_filling,
    halt_filling,
    look_at_filling,
    seen_cleared,
    seen_filling,
)
from openqrm.plugin_api.sending import pack
from openqrm.ports.world import World

PROGRAM = pack(
    "noting", "filling", "confining", "disks.looking", "disks.pouring", "disks.settling", "disks.devices",
    "disks.filling",
)  # fmt: skip


@dataclass(frozen=True)
class FillDisk:
    """The disk holds what the disk in the file `source`, raw or qcow2, holds; it was empty before.

    `note` is a file there that says from what, and how far it is. Undone, what the disk held goes to `trash`. A device
    is written in place.
    """

    name: ClassVar[str] = "openqrm.fill-disk"
    host: str
    volume: str
    path: str
    source: str
    sha256: str
    size_mib: int
    note: str
    trash: str = ""
    version: int = 0
    in_place: bool = False

    @property
    def filling(self) -> Filling:
        """As the program on the storage takes it."""
        return Filling(
            host=self.host, volume=self.volume, target=self.path, source=self.source, note=self.note, trash=self.trash,
            sha256=self.sha256, most_bytes=self.size_mib << 20, version=self.version, in_place=self.in_place,
        )  # fmt: skip

    def describe(self) -> str:
        return f"Fill {self.path} on {self.host} from {self.source}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> ClearDisk | Irreversible:
        if self.trash or self.in_place:
            return ClearDisk(self.filling)
        return Irreversible("what it holds now is in no other place; remove the volume to have its space back")

    def observe(self, world: World) -> Seen:
        """A source that nobody should pour is refused here, where nothing has been changed yet."""
        host = world.host(self.host)
        seen = seen_filling(look_at_filling(host, PROGRAM, self.filling), self.filling)
        if isinstance(seen, Differs):
            ask_of_filling(host, PROGRAM, "fits", self.filling)
        return seen

    def ensure(self, world: World) -> None:
        change_filling(world, PROGRAM, "start", self.filling)

    def halt(self, world: World) -> None:
        halt_filling(world, PROGRAM, self.filling)


@dataclass(frozen=True)
class ClearDisk:
    """The disk is empty and as big as it was: what it held is in the storage's trash, if it is a file."""

    name: ClassVar[str] = "openqrm.clear-disk"
    filling: Filling

    def describe(self) -> str:
        return f"Empty {self.filling.target} on {self.filling.host} of what came from {self.filling.source}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.filling.volume}",)

    def inverse(self) -> FillDisk:
        each = self.filling
        return FillDisk(
            each.host, each.volume, each.target, each.source, each.sha256, each.most_bytes >> 20, each.note, each.trash,
            each.version, each.in_place,
        )  # fmt: skip

    def observe(self, world: World) -> Seen:
        return seen_cleared(look_at_filling(world.host(self.filling.host), PROGRAM, self.filling), self.filling)

    def ensure(self, world: World) -> None:
        change_filling(world, PROGRAM, "clear", self.filling, CLEAR_S)
