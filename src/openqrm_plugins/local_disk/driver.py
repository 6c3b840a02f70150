"""A storage is one disk or partition of one machine, and its volume is what openQRM keeps there."""

from __future__ import annotations

import uuid

from openqrm.plugin_api import (
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
)
from openqrm.plugin_api.storage import settings_for
from openqrm_plugins.local_disk.settings import Settings

_OURS = uuid.UUID("6c1d3b5e-07c7-4f0e-9b5b-6f8f3d2f0a11")


class Driver:
    """Nothing is done anywhere while this is planned and carried out: the machine sees to its disk when it boots."""

    capabilities: frozenset[Capability] = frozenset({Capability.TRANSFER})
    only_names = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        self._place(storage)
        if volume.source:
            message = f"volume {volume.name} cannot be a clone: it is a disk of its own"
            raise PlanningError(Category.UNSUPPORTED, message, "Fill it at a boot: see the image's install_from.")
        if volume.name != storage.name:
            message = f"storage {storage.name} is one disk, which is volume {storage.name} and no other"
            hint = f"openqrm volume create {storage.name} {storage.name}; one more disk is one more storage."
            raise PlanningError(Category.BAD_INPUT, message, hint)
        return ()

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return ()

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        return self._own(storage, machine)

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        return ()

    def plan_lend(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """The same disk, mounted for reading."""
        return self._own(storage, machine)

    def plan_reclaim(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """Nobody else could have it."""
        return ()

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        """By its name as long as its content is somebody else's, and by its own UUID once openQRM has formatted it."""
        place = self._place(storage)
        ours = uuid.uuid5(_OURS, f"{volume.name} {volume.id}")
        facts = {
            "device": place.device,
            "uuid": str(ours),
            "filesystem": place.filesystem,
            "overwrite": "yes" if place.overwrite else "no",
        }
        return Root(type="disk", facts=tuple(facts.items()))

    def machine_of(self, storage: Storage, volume: Volume) -> str:
        """The only one that it can be a volume of."""
        return self._place(storage).machine

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        return []

    def _own(self, storage: Storage, machine: Machine) -> tuple[Step, ...]:
        """Nobody but the machine reaches its own disk, so there is nothing to do."""
        place = self._place(storage)
        if machine.resource != place.machine:
            message = f"{storage.name} is {place.device} in {place.machine}: {machine.resource} cannot reach it"
            raise PlanningError(Category.UNSUPPORTED, message, f"Have it run there: --resource {place.machine}")
        return ()

    def _place(self, storage: Storage) -> Settings:
        place = settings_for(storage, self._settings)
        if not place.machine or not place.device:
            message = f"storage {storage.name} does not say which disk it is"
            hint = f"openqrm storage edit {storage.name} --settings machine=RESOURCE --settings device=sda"
            raise PlanningError(Category.BAD_INPUT, message, hint)
        if place.overwrite not in ("", place.device):
            message = f"storage {storage.name} is {place.device}, and {place.overwrite} is to be overwritten"
            raise PlanningError(Category.BAD_INPUT, message, f"Say overwrite={place.device}, or leave it out.")
        return place
