"""Plans of nfs-storage: folders, each exported by NFS."""

from __future__ import annotations

from openqrm.plugin_api import Capability, Step, Storage, Volume
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.storage import ExportedFolders, Exporting, Folders, VolumeDriver, fill_step
from openqrm_plugins.nfs_storage.settings import Settings


class Driver(VolumeDriver[Settings]):
    """Folders below `directory`, exported to one writer each."""

    capabilities = frozenset({Capability.CLONE, Capability.RESTORE, Capability.TRANSFER})

    def keep_days(self, settings: Settings) -> int:
        return settings.keep_days

    def making(self, storage: Storage, settings: Settings) -> Folders:
        return Folders(storage.resource, settings.directory, settings.clone)

    def exporting(self, storage: Storage, settings: Settings) -> Exporting:
        return ExportedFolders(storage.resource, settings.backend, settings.exports, settings.version)

    def fills_from(self, storage: Storage) -> frozenset[Content]:
        """Folders are files."""
        return frozenset({Content.FILES})

    def plan_fill(self, storage: Storage, volume: Volume, source: str, sha256: str) -> tuple[Step, ...]:
        """Steps that put an archive's or a folder's content into the empty folder, by a worker on the storage."""
        making = self.making(storage, self.settings_of(storage))
        return (fill_step(storage, volume, making.path(volume), making.trash(volume), source, sha256),)
