"""Exporting by NFS."""

from __future__ import annotations

from dataclasses import dataclass

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_address
from openqrm.domain.plan import Action
from openqrm.domain.storage import Volume
from openqrm.plugin_api.drivers import Machine, Root
from openqrm.plugin_api.storage.exporting.nfs.actions import EndExport, ExportFolder
from openqrm.plugin_api.storage.exporting.nfs.exports import Client, Export

_EXPORTS = {"kernel": "/etc/exports.d", "ganesha": "/etc/ganesha/exports.d"}
_LAST_NUMBER = 65535  # ganesha counts exports in 16 bits


@dataclass(frozen=True)
class ExportedFolders:
    """Exporting: one writer each, and readers beside it."""

    host: str
    backend: str  # kernel or ganesha
    folder: str  # of the export files; empty: where the service looks for them
    version: str

    def allow(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        return ExportFolder(self.host, self._export(volume, path), _client(machine, writes=writes))

    def refuse(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        return EndExport(self.host, self._export(volume, path), _client(machine, writes=writes))

    def root(self, volume: Volume, path: str, address: str, secret: str) -> Root:
        return Root(type="nfs", facts=(("server", address), ("path", path), ("version", self.version)))

    def _export(self, volume: Volume, path: str) -> Export:
        if self.backend == "ganesha" and not 0 < volume.id <= _LAST_NUMBER:
            raise PlanningError(
                Category.UNSUPPORTED,
                f"ganesha cannot export volume {volume.name}: its number {volume.id} is not within 1 and 65535",
                "Use a storage with the kernel's NFS service for it.",
            )
        return Export(self.backend, self.folder or _EXPORTS[self.backend], volume.name, path, volume.id)


def _client(machine: Machine, *, writes: bool) -> Client:
    if not machine.address:
        raise PlanningError(
            Category.BAD_INPUT,
            f"resource {machine.resource} has no address to grant a volume to",
            "Let it boot once, or set its address: NFS knows machines by their address.",
        )
    return Client(parse_address(machine.address), writes)
