"""Volumes that are folders below a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.storage import Volume
from openqrm.plugin_api.actions import COPY_TIMEOUT_S
from openqrm.plugin_api.drivers import VolumeFacts
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.storage.filling import fill_folder
from openqrm.plugin_api.storage.halves import Work
from openqrm.plugin_api.storage.making.entries import list_entries
from openqrm.plugin_api.storage.making.folders import CloneFolder, MakeFolder
from openqrm.plugin_api.storage.making.in_folder import InFolder
from openqrm.ports.world import Host


@dataclass(frozen=True)
class Folders(InFolder):
    """Making: folders, on btrfs subvolumes, cloned at no cost where the disk can."""

    content: ClassVar[Content] = Content.FILES
    clone: str  # auto, btrfs, reflink or copy

    def create(self, volume: Volume) -> tuple[Work, ...]:
        path, trash = self.path(volume), self.trash(volume)
        if not volume.source:
            return (Work(MakeFolder(self.host, volume.name, path, trash), "the volume is a folder"),)
        source = self.path_of(volume.source)
        clone = CloneFolder(self.host, volume.name, path, trash, source, self.clone)
        return (Work(clone, f"it is a clone of {volume.source}", deadline_s=COPY_TIMEOUT_S),)

    def resize(self, volume: Volume, size_mib: int) -> tuple[Work, ...]:
        message = f"volume {volume.name} is a folder, which has no size"
        raise PlanningError(Category.UNSUPPORTED, message, "It takes what its disk has; extend that.")

    def fill(self, volume: Volume, source: str, sha256: str) -> tuple[Work, ...]:
        return (fill_folder(self.host, volume, self.path(volume), self.trash(volume), source, sha256),)

    def list_volumes(self, host: Host) -> list[VolumeFacts]:
        return [VolumeFacts(name=each.name, size_mib=0) for each in list_entries(host, self.directory, "d")]
