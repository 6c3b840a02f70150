"""The disks of integrated machines as volumes: each is in its own machine, and nowhere else."""

from __future__ import annotations

from msgspec import Struct

from openqrm.plugin_api import (
    LOCAL_ROOT,
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


class Driver:
    """A volume has the name of the resource that it is in. Nothing is ever made, changed or destroyed on it."""

    capabilities: frozenset[Capability] = frozenset()
    only_names = True

    def __init__(self, settings: Struct) -> None:
        """There are no settings."""

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        message = f"volume {volume.name} cannot be made: these volumes are the disks of machines as they were found"
        raise PlanningError(Category.UNSUPPORTED, message, "Take a machine in: openqrm local-server integrate")

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        message = f"volume {volume.name} is the disk of {volume.name}, which openQRM does not erase"
        hint = f"Let the machine go, as it is: openqrm local-server remove {volume.name}"
        raise PlanningError(Category.UNSUPPORTED, message, hint)

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        """Nobody but the machine reaches its own disk."""
        if machine.resource != volume.name:
            message = f"volume {volume.name} is a disk in {volume.name}: {machine.resource} cannot boot from it"
            hint = f"Copy it to a storage first: openqrm image capture IMAGE {volume.name}"
            raise PlanningError(Category.UNSUPPORTED, message, hint)
        return ()

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        return ()

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        """Its firmware goes on to the disk, and what boots there has its own kernel."""
        return Root(type=LOCAL_ROOT, facts=())

    def machine_of(self, storage: Storage, volume: Volume) -> str:
        """The one that was taken in with it."""
        return volume.name

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        return []
