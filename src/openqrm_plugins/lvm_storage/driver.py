"""Plans of lvm-storage: logical volumes, by the protocol that the storage's type names."""

from __future__ import annotations

from openqrm.plugin_api import Capability, Category, Disk, PlanningError, Storage, Volume
from openqrm.plugin_api.storage import (
    Blades,
    ExportedFolders,
    Exporting,
    LogicalVolumes,
    Making,
    MountedLogicalVolumes,
    SizedVolumeDriver,
    Targets,
)
from openqrm_plugins.lvm_storage.settings import Settings

NFS, ISCSI, AOE = "lvm-nfs", "lvm-iscsi", "lvm-aoe"


class Driver(SizedVolumeDriver[Settings]):
    """lvm-nfs exports a mounted file system, lvm-iscsi and lvm-aoe the disk itself."""

    def capabilities_of(self, storage: Storage) -> frozenset[Capability]:
        """Folders can be copied from and to, disks cannot."""
        return self.capabilities | ({Capability.TRANSFER} if storage.type == NFS else frozenset())

    def disk(self, storage: Storage, volume: Volume) -> Disk:
        """As the disk of a VM on the storage itself."""
        if storage.type == NFS:
            message = f"volume {volume.name} is a mounted file system, and no disk for a VM"
            raise PlanningError(Category.UNSUPPORTED, message, "Use one on a storage of type lvm-iscsi or lvm-aoe.")
        return Disk(volume=volume.name, path=self.making(storage, self.settings_of(storage)).path(volume), format="raw")

    def keep_days(self, settings: Settings) -> int:
        return settings.keep_days

    def making(self, storage: Storage, settings: Settings) -> Making:
        host, group, pool = storage.resource, settings.group, settings.pool
        if storage.type == NFS:
            return MountedLogicalVolumes(host, group, pool, settings.directory, settings.filesystem)
        return LogicalVolumes(host, group, pool)

    def exporting(self, storage: Storage, settings: Settings) -> Exporting:
        if storage.type == NFS:
            return ExportedFolders(storage.resource, settings.nfs_backend, "", settings.version)
        if storage.type == ISCSI:
            return Targets(storage.resource, settings.target, settings.port, settings.prefix, settings.filesystem)
        return Blades(
            storage.resource, settings.interface, settings.first_shelf, settings.keeper, settings.filesystem
        )  # fmt: skip
