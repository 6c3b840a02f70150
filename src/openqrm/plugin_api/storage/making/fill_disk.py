"""Filling a disk in a file from another one of any origin, on the storage's own machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Irreversible, Satisfied, Seen, Step
from openqrm.domain.storage import Storage, Volume
from openqrm.plugin_api.actions import COPY_TIMEOUT_S
from openqrm.plugin_api.storage.making import disk_program
from openqrm.ports.world import World


@dataclass(frozen=True)
class FillDisk:
    """The disk holds what the disk in the file `source`, raw or qcow2, holds; it was empty before.

    `note` is a file there that says from what: it is written first, and counts when the disk is not empty.
    """

    name: ClassVar[str] = "openqrm.fill-disk"
    host: str
    volume: str
    path: str
    source: str
    sha256: str
    size_mib: int
    note: str

    def describe(self) -> str:
        return f"Fill {self.path} on {self.host} from {self.source}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("what it holds now is in no other place; remove the volume to have its space back")

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        told = disk_program.look_at(host, self.path, self.note)
        if told.blank and not told.backing:
            return Differs(f"{self.path} is empty")
        if told.format and told.filled_from == self.source:
            return Satisfied(f"it is filled from {self.source}")
        message = f"{self.path} holds something else already" if told.format else f"there is no {self.path}"
        raise StepError(Category.CONFLICT, message, "Create another volume: filling never overwrites anything.")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        settings = {"source": self.source, "sha256": self.sha256, "size_mib": self.size_mib, "note": self.note}
        disk_program.tell(host, "fill", COPY_TIMEOUT_S, path=self.path, **settings)


def fill_disk_step(storage: Storage, volume: Volume, path: str, source: str, sha256: str) -> Step:
    """The content of a disk in a file goes onto the empty disk `path`."""
    note = f"{PurePosixPath(path).parent}/.filled/{volume.name}.{volume.id}"
    fill = FillDisk(storage.resource, volume.name, path, source, sha256, volume.size_mib, note)
    return Step(
        id=f"fill-{volume.name}", action=fill, why="it was asked for", host=storage.resource, deadline_s=COPY_TIMEOUT_S
    )
