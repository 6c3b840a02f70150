"""A storage driver put together from its two halves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Generic, TypeVar

import msgspec

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Action, Step
from openqrm.domain.storage import Storage, Volume
from openqrm.plugin_api.drivers import Capability, Machine, Root, VolumeFacts
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.storage.halves import Exporting, Making, Work
from openqrm.plugin_api.storage.settings import settings_for
from openqrm.ports.world import World

_DAY_S = 86400.0


S = TypeVar("S", bound=msgspec.Struct)


class VolumeDriver(Generic[S]):
    """All of StorageDriver. A plugin's Driver says how long it keeps what was removed, and which its halves are."""

    capabilities: frozenset[Capability] = frozenset({Capability.CLONE, Capability.RESTORE})

    def __init__(self, settings: S) -> None:
        self._settings = settings

    def keep_days(self, settings: S) -> int:
        """For how long what was removed can be had back."""
        raise NotImplementedError

    def making(self, storage: Storage, settings: S) -> Making:
        """How this storage makes volumes."""
        raise NotImplementedError

    def exporting(self, storage: Storage, settings: S) -> Exporting:
        """How it exports them."""
        raise NotImplementedError

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return _new(_steps("create", storage, volume, self._making(storage).create(volume)))

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return _steps("remove", storage, volume, self._making(storage).remove(volume))

    def plan_adopt(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps after which what others made under its name is the volume, as it is."""
        return _new(_steps("adopt", storage, volume, self._making(storage).adopt(volume)))

    def plan_forget(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps after which it is none any more, and is there with all its data."""
        return _steps("forget", storage, volume, self._making(storage).forget(volume))

    def plan_restore(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps that bring back what `plan_remove` put away; `volume.id` is what it was then."""
        return _new(_steps("restore", storage, volume, self._making(storage).restore(volume)))

    def plan_purge(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps that destroy it for good."""
        return _steps("purge", storage, volume, self._making(storage).purge(volume))

    def keep_s(self, storage: Storage) -> float:
        """How long it can be had back."""
        return self.keep_days(self.settings_of(storage)) * _DAY_S

    def fills_from(self, storage: Storage) -> frozenset[Content]:
        """Folders are files, and a disk comes from a disk."""
        return frozenset({self._making(storage).content})

    def plan_fill(self, storage: Storage, volume: Volume, source: str, sha256: str) -> tuple[Step, ...]:
        """Steps that fill it, by a worker on the storage."""
        return _steps("fill", storage, volume, self._making(storage).fill(volume, source, sha256))

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        return self._allow("grant", storage, volume, machine, secret, "this machine alone writes it")

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        return self._refuse("revoke", storage, volume, machine, secret, "the grant is over")

    def plan_lend(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """Steps that let this machine read the volume, beside others."""
        return self._allow("lend", storage, volume, machine, "", "the machine copies from it")

    def plan_reclaim(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """Steps that end that."""
        return self._refuse("reclaim", storage, volume, machine, "", "the machine has its copy")

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        making, exporting = self._making(storage), self._exporting(storage)
        return exporting.root(volume, making.path(volume), address, secret)

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        return self._making(storage).list_volumes(world.host(storage.resource))

    def settings_of(self, storage: Storage) -> S:
        """The plugin's, with the storage's own in front. Raises PlanningError `bad_input`."""
        return settings_for(storage, self._settings)

    def _making(self, storage: Storage) -> Making:
        return self.making(storage, self.settings_of(storage))

    def _exporting(self, storage: Storage) -> Exporting:
        return self.exporting(storage, self.settings_of(storage))

    def _allow(
        self, verb: str, storage: Storage, volume: Volume, machine: Machine, secret: str, why: str
    ) -> tuple[Step, ...]:
        path, writes = self._making(storage).path(volume), verb == "grant"
        action = self._exporting(storage).allow(volume, path, machine, secret, writes=writes)
        return (_step(verb, storage, volume, action, why),)

    def _refuse(
        self, verb: str, storage: Storage, volume: Volume, machine: Machine, secret: str, why: str
    ) -> tuple[Step, ...]:
        path, writes = self._making(storage).path(volume), verb == "revoke"
        action = self._exporting(storage).refuse(volume, path, machine, secret, writes=writes)
        return (_step(verb, storage, volume, action, why),)


class SizedVolumeDriver(VolumeDriver[S]):
    """The same, for volumes that have a size."""

    capabilities = VolumeDriver.capabilities | {Capability.RESIZE}

    def plan_resize(self, storage: Storage, volume: Volume, size_mib: int) -> tuple[Step, ...]:
        """Steps that make it bigger. Raises PlanningError when it would not be."""
        if size_mib <= volume.size_mib:
            message = f"volume {volume.name} has {volume.size_mib} MiB already, {size_mib} MiB are not more"
            raise PlanningError(Category.BAD_INPUT, message, "A volume can only become bigger; name a bigger size.")
        return _steps("resize", storage, volume, self._making(storage).resize(volume, size_mib))


def _step(verb: str, storage: Storage, volume: Volume, action: Action, why: str) -> Step:
    return Step(id=f"{verb}-{volume.name}", action=action, why=why, host=storage.resource, deadline_s=300)


def _new(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """What has the volume's name before the first of them is no volume of ours."""
    return (replace(steps[0], makes_new=True), *steps[1:])


def _steps(verb: str, storage: Storage, volume: Volume, work: Iterable[Work]) -> tuple[Step, ...]:
    """In a row: what comes later stands on what came before."""
    steps: list[Step] = []
    for each in work:
        step = _step(f"{verb}-{each.part}" if each.part else verb, storage, volume, each.action, each.why)
        needs = (steps[-1].id,) if steps else ()
        steps.append(replace(step, deadline_s=each.deadline_s, needs=needs))
    return tuple(steps)
