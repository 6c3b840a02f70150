"""Plans of iscsi-storage: disks in files, each behind an iSCSI target."""

from __future__ import annotations

from openqrm.plugin_api import Disk, Storage, Volume
from openqrm.plugin_api.storage import DiskFiles, Exporting, Making, SizedVolumeDriver, Targets
from openqrm_plugins.iscsi_storage.settings import Settings


class Driver(SizedVolumeDriver[Settings]):
    """Files below `directory`."""

    def disk(self, storage: Storage, volume: Volume) -> Disk:
        """As the disk of a VM on the storage itself."""
        return Disk(volume=volume.name, path=self.making(storage, self.settings_of(storage)).path(volume), format="raw")

    def keep_days(self, settings: Settings) -> int:
        return settings.keep_days

    def making(self, storage: Storage, settings: Settings) -> Making:
        return DiskFiles(storage.resource, settings.directory, settings.clone)

    def exporting(self, storage: Storage, settings: Settings) -> Exporting:
        return Targets(storage.resource, settings.backend, settings.port, settings.prefix, settings.filesystem)
