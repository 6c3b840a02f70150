"""Plans of directory-storage: folders or disks in files, as the storage's type names it and its disk can."""

from __future__ import annotations

from openqrm.plugin_api import Capability, Category, Disk, PlanningError, Step, Storage, Volume
from openqrm.plugin_api.storage import (
    DiskFiles,
    ExportedFolders,
    Exporting,
    Folders,
    InspectQcow,
    Making,
    NoteDirectory,
    QcowFiles,
    SizedVolumeDriver,
    Targets,
    noted_beneath,
)
from openqrm_plugins.directory_storage.settings import Settings

NFS, ISCSI, QCOW = "directory-nfs", "directory-iscsi", "directory-qcow2"
_NO_QEMU = "Install qemu-utils there, then run: openqrm storage edit {}"
_NO_SHARING = "Use a directory on btrfs or XFS, or the type directory-qcow2; or set clone=copy for whole copies."


class Driver(SizedVolumeDriver[Settings]):
    """directory-nfs exports folders, directory-iscsi disks; those of directory-qcow2 are for VMs on the storage."""

    capabilities = SizedVolumeDriver.capabilities | {Capability.TRANSFER}

    def capabilities_of(self, storage: Storage) -> frozenset[Capability]:
        """Folders have no size, disks cannot be copied from."""
        return self.capabilities - {Capability.RESIZE if storage.type == NFS else Capability.TRANSFER}

    def plan_look(self, storage: Storage) -> tuple[Step, ...]:
        """A step that notes what the directory's disk can."""
        note = NoteDirectory(storage.resource, storage.name, self.settings_of(storage).directory, dict(storage.found))
        why = "what it can decides what is planned"
        return (Step(id=f"look-{storage.name}", action=note, why=why, host=storage.resource),)

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        self._refuse_what_it_lacks(storage, volume)
        return super().plan_create(storage, volume)

    def disk(self, storage: Storage, volume: Volume) -> Disk:
        """As the disk of a VM on the storage itself."""
        if storage.type == NFS:
            message = f"volume {volume.name} is a folder, and no disk for a VM"
            raise PlanningError(Category.UNSUPPORTED, message, f"Use one on a storage of type {ISCSI} or {QCOW}.")
        path = self.making(storage, self.settings_of(storage)).path(volume)
        return Disk(volume=volume.name, path=path, format="qcow2" if storage.type == QCOW else "raw")

    def plan_inspect(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Of a qcow2 file, which may say that it stands on any file of the host."""
        if storage.type != QCOW:
            return ()
        action = InspectQcow(storage.resource, volume.name, self.disk(storage, volume).path)
        why = "whoever writes to the directory could have changed it"
        return (Step(id=f"inspect-{volume.name}", action=action, why=why, host=storage.resource),)

    def keep_days(self, settings: Settings) -> int:
        return settings.keep_days

    def making(self, storage: Storage, settings: Settings) -> Making:
        host, directory = storage.resource, settings.directory
        if storage.type == NFS:
            return Folders(host, directory, "auto")
        if storage.type == QCOW:
            return QcowFiles(host, directory)
        return DiskFiles(host, directory, "auto")

    def exporting(self, storage: Storage, settings: Settings) -> Exporting:
        if storage.type == QCOW:
            message = f"no machine reaches the qcow2 files of storage {storage.name} over the network"
            hint = f"Make the volume a disk of a VM on {storage.resource}, or use a storage of type {ISCSI}."
            raise PlanningError(Category.UNSUPPORTED, message, hint)
        if storage.type == NFS:
            return ExportedFolders(storage.resource, settings.nfs_backend, "", settings.version)
        return Targets(storage.resource, settings.target, settings.port, settings.prefix, settings.filesystem)

    def _refuse_what_it_lacks(self, storage: Storage, volume: Volume) -> None:
        settings = self.settings_of(storage)
        beneath = noted_beneath(storage, settings.directory)
        if storage.type == QCOW and not beneath.qcow2:
            message = f"{storage.resource} has no qemu-img to make disks of format qcow2 with"
            raise PlanningError(Category.UNSUPPORTED, message, _NO_QEMU.format(storage.name))
        if volume.source and storage.type != QCOW and not beneath.shares and settings.clone == "thin":
            message = f"{settings.directory} of {storage.name} is on {beneath.filesystem}, where files share no blocks"
            raise PlanningError(Category.UNSUPPORTED, message, _NO_SHARING)
