"""Volumes that are files of format qcow2 below a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.storage import Volume
from openqrm.plugin_api.drivers import VolumeFacts
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.storage.filling import fill_disk
from openqrm.plugin_api.storage.halves import Work
from openqrm.plugin_api.storage.making import disk_program
from openqrm.plugin_api.storage.making.in_folder import InFolder
from openqrm.plugin_api.storage.making.qcow import CloneQcow, GrowQcow, MakeQcow, SweepLayers
from openqrm.ports.world import Host

_MIB = 2**20


@dataclass(frozen=True)
class QcowFiles(InFolder):
    """Making: files that are cloned at no cost on any disk, for machines that read the format."""

    content: ClassVar[Content] = Content.DISK
    suffix: ClassVar[str] = ".qcow2"
    form: ClassVar[str] = "qcow2"

    def create(self, volume: Volume) -> tuple[Work, ...]:
        path, trash = self.path(volume), self.trash(volume)
        if volume.source:
            source = self.path_of(volume.source)
            clone = CloneQcow(self.host, volume.name, path, trash, source, volume.size_mib)
            return (Work(clone, f"it is a clone of {volume.source}"),)
        if volume.size_mib <= 0:
            raise PlanningError(Category.BAD_INPUT, f"volume {volume.name} has no size", "Say how many MiB it has.")
        return (Work(MakeQcow(self.host, volume.name, path, trash, volume.size_mib), "the volume is a disk in a file"),)

    def purge(self, volume: Volume) -> tuple[Work, ...]:
        sweep = SweepLayers(self.host, volume.name, self.directory)
        return (*super().purge(volume), Work(sweep, "so is what only it still used", part="sweep"))

    def resize(self, volume: Volume, size_mib: int) -> tuple[Work, ...]:
        grow = GrowQcow(self.host, volume.name, self.path(volume), size_mib)
        return (Work(grow, f"it has {volume.size_mib} MiB so far"),)

    def fill(self, volume: Volume, source: str, sha256: str) -> tuple[Work, ...]:
        return (fill_disk(self.host, volume, self.path(volume), self.trash(volume), source, sha256),)

    def list_volumes(self, host: Host) -> list[VolumeFacts]:
        found = disk_program.list_disks(host, self.directory)
        facts = (VolumeFacts(name=d.name, size_mib=d.size_bytes // _MIB, used_mib=d.used_bytes // _MIB) for d in found)
        return sorted(facts, key=lambda volume: volume.name)
