"""Plans of sanboot-storage: disks that firmware reaches by iSCSI or AoE, and boots."""

from __future__ import annotations

from openqrm.plugin_api import Disk, Root, Storage, Volume
from openqrm.plugin_api.storage import (
    Blades,
    DiskFiles,
    Exporting,
    LogicalVolumes,
    Making,
    SizedVolumeDriver,
    Targets,
)
from openqrm_plugins.sanboot_storage.settings import Settings

ISCSI, AOE = "sanboot-iscsi", "sanboot-aoe"


class Driver(SizedVolumeDriver[Settings]):
    """Logical volumes or files, each a whole disk with a boot loader of its own."""

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        """As iPXE names a disk: RFC 4173 for iSCSI, `aoe:eSHELF.SLOT`."""
        reached = super().root(storage, volume, address, secret)
        facts = dict(reached.facts)
        if storage.type == AOE:
            return Root(type="san", facts=(("uri", f"aoe:{facts['device']}"),))
        host = f"[{address}]" if ":" in address else address
        uri = f"iscsi:{host}::{facts['port']}:{facts['lun']}:{facts['target']}"
        known = (("uri", uri), ("initiator", facts["initiator"]), ("user", facts["user"]))
        return Root(type="san", facts=known, secrets=reached.secrets)

    def disk(self, storage: Storage, volume: Volume) -> Disk:
        """As the disk of a VM on the storage itself, where an installer can run."""
        return Disk(volume=volume.name, path=self.making(storage, self.settings_of(storage)).path(volume), format="raw")

    def keep_days(self, settings: Settings) -> int:
        return settings.keep_days

    def making(self, storage: Storage, settings: Settings) -> Making:
        if settings.group:
            return LogicalVolumes(storage.resource, settings.group, settings.pool)
        return DiskFiles(storage.resource, settings.directory, settings.clone)

    def exporting(self, storage: Storage, settings: Settings) -> Exporting:
        if storage.type == ISCSI:
            return Targets(storage.resource, settings.target, settings.port, settings.prefix, filesystem="")
        return Blades(storage.resource, settings.interface, settings.first_shelf, settings.keeper, filesystem="")
