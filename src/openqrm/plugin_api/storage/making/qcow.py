"""Disks in files of format qcow2: made, cloned on layers that both share, and grown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Irreversible, Satisfied, Seen
from openqrm.plugin_api.storage.making import disk_program
from openqrm.plugin_api.storage.making.in_folder import GrownInFolder, NewInFolder
from openqrm.ports.world import Host, World

_MIB = 2**20


@dataclass(frozen=True)
class MakeQcow(NewInFolder):
    """There is a disk of this size, empty when it is made."""

    name: ClassVar[str] = "openqrm.make-qcow"
    size_mib: int

    def describe(self) -> str:
        return f"Make the disk {self.path} of {self.size_mib} MiB on {self.host}"

    def observe(self, world: World) -> Seen:
        told = seen_qcow(world.host(self.host), self.path)
        if told is None:
            return Differs(f"there is no {self.path}")
        if told.backing:
            message = f"{self.path} is there already and stands on another disk, {told.backing[:100]}"
            raise StepError(Category.CONFLICT, message, "Name the volume otherwise, or move that file away.")
        if told.size_bytes != self.size_mib * _MIB:
            message = f"{self.path} is there already and has {told.size_bytes / _MIB:g} MiB"
            raise StepError(Category.CONFLICT, message, "Name the volume otherwise, or move that file away.")
        return Satisfied(f"{self.path} is there")

    def ensure(self, world: World) -> None:
        disk_program.tell(world.host(self.host), "make", path=self.path, size_mib=self.size_mib)


@dataclass(frozen=True)
class CloneQcow(NewInFolder):
    """There is a disk with the content that `source` had when it was made; what they share takes space once."""

    name: ClassVar[str] = "openqrm.clone-qcow"
    source: str
    size_mib: int

    def describe(self) -> str:
        return f"Clone {self.source} on {self.host} as {self.path}"

    def observe(self, world: World) -> Seen:
        if seen_qcow(world.host(self.host), self.path):
            return Satisfied(f"{self.path} is there")
        return Differs(f"there is no {self.path}")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        disk_program.tell(host, "clone", source=self.source, path=self.path, size_mib=self.size_mib)


@dataclass(frozen=True)
class GrowQcow(GrownInFolder):
    """The disk has at least this size; what is added is zeros and takes no space."""

    name: ClassVar[str] = "openqrm.grow-qcow"

    def observe(self, world: World) -> Seen:
        told = seen_qcow(world.host(self.host), self.path)
        if told is None:
            raise StepError(Category.NOT_FOUND, f"there is no {self.path}", "Look whether it was removed.")
        if told.size_bytes >= self.size_mib * _MIB:
            return Satisfied(f"it has {told.size_bytes // _MIB} MiB")
        return Differs(f"it has {told.size_bytes // _MIB} MiB")

    def ensure(self, world: World) -> None:
        disk_program.tell(world.host(self.host), "grow", path=self.path, size_mib=self.size_mib)


@dataclass(frozen=True)
class InspectQcow:
    """The disk is one that may be opened: qcow2, in a file of its own, and it stands on our own layers at most.

    It is read in bounds and without privileges, as each time before something is done to it.
    """

    name: ClassVar[str] = "openqrm.inspect-qcow"
    host: str
    volume: str
    path: str

    def describe(self) -> str:
        return f"Inspect the disk {self.path} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return ()

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        if seen_qcow(world.host(self.host), self.path) is None:
            raise StepError(Category.NOT_FOUND, f"there is no {self.path}", "Look whether it was removed.")
        return Satisfied(f"{self.path} leads nowhere else")

    def ensure(self, world: World) -> None:
        """Nothing: only what was seen counts."""


@dataclass(frozen=True)
class SweepLayers:
    """Each layer in the directory is stood on by some disk, one in the trash included."""

    name: ClassVar[str] = "openqrm.sweep-layers"
    host: str
    volume: str
    directory: str

    def describe(self) -> str:
        return f"Destroy what only {self.volume} shared with others in {self.directory} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("what is destroyed cannot be had back")

    def observe(self, world: World) -> Seen:
        unused = disk_program.sweep(world.host(self.host), self.directory, dry=True)
        return Differs(f"nobody uses {unused} layers") if unused else Satisfied("every layer is used")

    def ensure(self, world: World) -> None:
        disk_program.sweep(world.host(self.host), self.directory, dry=False)


def seen_qcow(host: Host, path: str) -> disk_program.Told | None:
    """The disk at this path, None when there is none. Raises StepError for one that should not be opened."""
    told = disk_program.look_at(host, path)
    if told.format not in ("", "qcow2"):
        raise StepError(Category.CONFLICT, f"{path} is of format {told.format}, not qcow2", "Move it out of the way.")
    return told if told.format else None
