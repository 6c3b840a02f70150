"""Plans of nfs-storage: folders, each exported by NFS."""

from __future__ import annotations

from openqrm.plugin_api import Capability, Storage
from openqrm.plugin_api.storage import ExportedFolders, Exporting, Folders, VolumeDriver
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
