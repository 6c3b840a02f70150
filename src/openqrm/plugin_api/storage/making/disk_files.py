"""Volumes that are files below a folder, each a disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.storage import Volume
from openqrm.plugin_api.actions import COPY_TIMEOUT_S
from openqrm.plugin_api.drivers import VolumeFacts
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.storage.filling import fill_disk
from openqrm.plugin_api.storage.halves import Work
from openqrm.plugin_api.storage.making.disks import CloneDisk, GrowDisk, MakeDisk
from openqrm.plugin_api.storage.making.entries import list_entries
from openqrm.plugin_api.storage.making.in_folder import InFolder
from openqrm.ports.world import Host


@dataclass(frozen=True)
class DiskFiles(InFolder):
    """Making: sparse files, cloned by sharing extents where the disk can."""

    content: ClassVar[Content] = Content.DISK
    suffix: ClassVar[str] = ".img"
    form: ClassVar[str] = "raw"
    clone: str  # auto, reflink or copy

    def create(self, volume: Volume) -> tuple[Work, ...]:
        path, trash = self.path(volume), self.trash(volume)
        if volume.source:
            source = self.path_of(volume.source)
            clone = CloneDisk(self.host, volume.name, path, trash, source, self.clone, volume.size_mib)
            return (Work(clone, f"it is a clone of {volume.source}", deadline_s=COPY_TIMEOUT_S),)
        if volume.size_mib <= 0:
            raise PlanningError(Category.BAD_INPUT, f"volume {volume.name} has no size", "Say how many MiB it has.")
        make = MakeDisk(self.host, volume.name, path, trash, volume.size_mib)
        return (Work(make, "the volume is a disk in a file"),)

    def resize(self, volume: Volume, size_mib: int) -> tuple[Work, ...]:
        grow = GrowDisk(self.host, volume.name, self.path(volume), size_mib)
        return (Work(grow, f"it has {volume.size_mib} MiB so far"),)

    def fill(self, volume: Volume, source: str, sha256: str) -> tuple[Work, ...]:
        return (fill_disk(self.host, volume, self.path(volume), self.trash(volume), source, sha256),)

    def list_volumes(self, host: Host) -> list[VolumeFacts]:
        disks = [each for each in list_entries(host, self.directory, "f") if each.name.endswith(self.suffix)]
        return [
            VolumeFacts(
                name=each.name.removesuffix(self.suffix),
                size_mib=each.size_bytes // 2**20,
                used_mib=each.used_bytes // 2**20,
            )
            for each in disks
        ]
