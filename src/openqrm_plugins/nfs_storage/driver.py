"""Plans of nfs-storage."""

from __future__ import annotations

from openqrm.plugin_api import (
    Action,
    Capability,
    Category,
    Machine,
    PlanningError,
    Root,
    Step,
    Storage,
    Volume,
    VolumeFacts,
    World,
    parse_address,
    run,
)
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, DISK_HINT, FillFolder, Filling, PutAway
from openqrm.plugin_api.storage import settings_for
from openqrm_plugins.nfs_storage.actions import Allow, Refuse
from openqrm_plugins.nfs_storage.exports import Client, Export
from openqrm_plugins.nfs_storage.folders import CloneFolder, MakeFolder, parent
from openqrm_plugins.nfs_storage.settings import Settings

_EXPORTS = {"kernel": "/etc/exports.d", "ganesha": "/etc/ganesha/exports.d"}
_LAST_NUMBER = 65535  # ganesha counts exports in 16 bits


class Driver:
    """Folders below `directory`, exported to one writer each."""

    capabilities = frozenset({Capability.CLONE, Capability.TRANSFER})

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        settings = settings_for(storage, self._settings)
        path, trash = _places(settings, volume)
        if not volume.source:
            make: Action = MakeFolder(storage.resource, volume.name, path, trash)
            return (_step("create", volume, storage, make, "the volume is a folder"),)
        source = f"{settings.directory}/{volume.source}"
        clone = CloneFolder(storage.resource, volume.name, path, trash, source, settings.clone)
        return (_step("create", volume, storage, clone, f"it is a clone of {volume.source}", COPY_TIMEOUT_S),)

    def plan_fill(self, storage: Storage, volume: Volume, source: str, sha256: str) -> tuple[Step, ...]:
        """Steps that put an archive's or a folder's content into the empty folder, by a worker on the storage."""
        path, trash = _places(settings_for(storage, self._settings), volume)
        note = f"{parent(path)}/.filled/{volume.name}.{volume.id}"
        filling = Filling(
            host=storage.resource, volume=volume.name, target=path, source=source, note=note, trash=f"{trash}.filled",
            sha256=sha256, most_bytes=volume.size_mib * 2**20,
        )  # fmt: skip
        return (_step("fill", volume, storage, FillFolder(filling), "it was asked for", COPY_TIMEOUT_S),)

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        path, trash = _places(settings_for(storage, self._settings), volume)
        away = PutAway(storage.resource, volume.name, path, trash)
        return (_step("remove", volume, storage, away, "it can be had back until the trash is emptied"),)

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        allow = Allow(storage.resource, self._export(storage, volume), _client(machine, writes=True))
        return (_step("grant", volume, storage, allow, "this machine alone writes it"),)

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        refuse = Refuse(storage.resource, self._export(storage, volume), _client(machine, writes=True))
        return (_step("revoke", volume, storage, refuse, "the grant is over"),)

    def plan_lend(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """Steps that let this machine read the volume, beside others."""
        allow = Allow(storage.resource, self._export(storage, volume), _client(machine, writes=False))
        return (_step("lend", volume, storage, allow, "the machine copies from it"),)

    def plan_reclaim(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """Steps that end that."""
        refuse = Refuse(storage.resource, self._export(storage, volume), _client(machine, writes=False))
        return (_step("reclaim", volume, storage, refuse, "the machine has its copy"),)

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        settings = settings_for(storage, self._settings)
        facts = (
            ("server", address),
            ("path", f"{settings.directory}/{volume.name}"),
            ("version", settings.version),
        )
        return Root(type="nfs", facts=facts)

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        settings = settings_for(storage, self._settings)
        only = ("-mindepth", "1", "-maxdepth", "1", "-type", "d", "-not", "-name", ".*", "-printf", "%f\\0")
        names = run(world.host(storage.resource), ("find", settings.directory, *only), hint=DISK_HINT).split("\0")
        return [VolumeFacts(name=name, size_mib=0) for name in sorted(names) if name]

    def _export(self, storage: Storage, volume: Volume) -> Export:
        settings = settings_for(storage, self._settings)
        if settings.backend == "ganesha" and not 0 < volume.id <= _LAST_NUMBER:
            raise PlanningError(
                Category.UNSUPPORTED,
                f"ganesha cannot export volume {volume.name}: its number {volume.id} is not within 1 and 65535",
                "Use a storage with the kernel's NFS service for it.",
            )
        folder = settings.exports or _EXPORTS[settings.backend]
        return Export(settings.backend, folder, volume.name, f"{settings.directory}/{volume.name}", volume.id)


def _places(settings: Settings, volume: Volume) -> tuple[str, str]:
    """Where the volume is, and where it goes when it is removed; `id` tells namesakes apart there."""
    return f"{settings.directory}/{volume.name}", f"{settings.directory}/.trash/{volume.name}.{volume.id}"


def _client(machine: Machine, *, writes: bool) -> Client:
    if not machine.address:
        raise PlanningError(
            Category.BAD_INPUT,
            f"resource {machine.resource} has no address to grant a volume to",
            "Let it boot once, or set its address: NFS knows machines by their address.",
        )
    return Client(parse_address(machine.address), writes)


def _step(verb: str, volume: Volume, storage: Storage, action: Action, why: str, deadline_s: float = 300) -> Step:
    return Step(
        id=f"{verb}-{volume.name}", action=action, why=why, host=storage.resource, deadline_s=deadline_s
    )  # fmt: skip
