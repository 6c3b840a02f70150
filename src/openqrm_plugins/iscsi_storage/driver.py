"""Plans of iscsi-storage."""

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
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, DISK_HINT, PutAway
from openqrm.plugin_api.storage import settings_for
from openqrm_plugins.iscsi_storage.actions import Allow, Refuse
from openqrm_plugins.iscsi_storage.disks import CloneDisk, MakeDisk
from openqrm_plugins.iscsi_storage.grants import Grant
from openqrm_plugins.iscsi_storage.settings import Settings

_SUFFIX = ".img"
_BLOCK_BYTES = 512  # the unit of find's %b


class Driver:
    """Files below `directory`, each a disk of a target of its own."""

    capabilities = frozenset({Capability.CLONE})

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        settings = settings_for(storage, self._settings)
        path, trash = _places(settings, volume)
        if volume.source:
            source = f"{settings.directory}/{volume.source}{_SUFFIX}"
            clone = CloneDisk(
                storage.resource, volume.name, path, trash, source, settings.clone, volume.size_mib
            )  # fmt: skip
            return (_step("create", volume, storage, clone, f"it is a clone of {volume.source}", COPY_TIMEOUT_S),)
        if volume.size_mib <= 0:
            raise PlanningError(Category.BAD_INPUT, f"volume {volume.name} has no size", "Say how many MiB it has.")
        make = MakeDisk(storage.resource, volume.name, path, trash, volume.size_mib)
        return (_step("create", volume, storage, make, "the volume is a disk in a file"),)

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        path, trash = _places(settings_for(storage, self._settings), volume)
        away = PutAway(storage.resource, volume.name, path, trash)
        return (_step("remove", volume, storage, away, "it can be had back until the trash is emptied"),)

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        allow = Allow(storage.resource, self._grant(storage, volume, machine, secret))
        return (_step("grant", volume, storage, allow, "this machine alone writes it"),)

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        refuse = Refuse(storage.resource, self._grant(storage, volume, machine, secret))
        return (_step("revoke", volume, storage, refuse, "the grant is over"),)

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        settings = settings_for(storage, self._settings)
        facts = (
            ("server", address),
            ("port", str(settings.port)),
            ("target", f"{settings.prefix}:{volume.name}"),
            ("lun", "1"),
            ("initiator", _initiator(settings, volume)),
            ("filesystem", settings.filesystem),
            ("user", volume.name),
        )
        return Root(type="iscsi", facts=facts, secrets=(("secret", secret),))

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        settings = settings_for(storage, self._settings)
        only = ("-mindepth", "1", "-maxdepth", "1", "-type", "f", "-name", f"[!.]*{_SUFFIX}")
        text = run(
            world.host(storage.resource), ("find", settings.directory, *only, "-printf", "%s %b %f\\0"), hint=DISK_HINT
        )  # fmt: skip
        return sorted(map(parse_volume, filter(None, text.split("\0"))), key=lambda volume: volume.name)

    def _grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> Grant:
        settings = settings_for(storage, self._settings)
        if not machine.address:
            raise PlanningError(
                Category.BAD_INPUT,
                f"resource {machine.resource} has no address to grant a volume to",
                "Let it boot once, or set its address: a target is opened to an address and an account.",
            )
        path, _ = _places(settings, volume)
        iqn, address = f"{settings.prefix}:{volume.name}", parse_address(machine.address)
        initiator = _initiator(settings, volume)
        return Grant(
            volume.name, iqn, path, address, volume.name, secret, settings.backend, settings.port, initiator
        )  # fmt: skip


def parse_volume(text: str) -> VolumeFacts:
    """A file as find prints it: size in bytes, blocks, name."""
    size, blocks, name = text.split(" ", 2)
    used_mib = int(blocks) * _BLOCK_BYTES // 2**20
    return VolumeFacts(name=name.removesuffix(_SUFFIX), size_mib=int(size) // 2**20, used_mib=used_mib)


def _initiator(settings: Settings, volume: Volume) -> str:
    """What the machine that is granted the volume calls itself."""
    return f"{settings.prefix}:writer-of-{volume.name}"


def _places(settings: Settings, volume: Volume) -> tuple[str, str]:
    """Where the volume is, and where it goes when it is removed; `id` tells namesakes apart there."""
    name = f"{volume.name}{_SUFFIX}"
    return f"{settings.directory}/{name}", f"{settings.directory}/.trash/{name}.{volume.id}"


def _step(verb: str, volume: Volume, storage: Storage, action: Action, why: str, deadline_s: float = 300) -> Step:
    return Step(
        id=f"{verb}-{volume.name}", action=action, why=why, host=storage.resource, deadline_s=deadline_s
    )  # fmt: skip
