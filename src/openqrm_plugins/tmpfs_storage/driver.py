"""Plans of tmpfs-storage: there is nothing to do on any storage."""

from __future__ import annotations

from msgspec import Struct

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

SMALLEST_MIB = 32


class Driver:
    """A volume is a size. What a machine writes to its root is gone with its next boot."""

    capabilities: frozenset[Capability] = frozenset()
    only_names = True

    def __init__(self, settings: Struct) -> None:
        """There are no settings."""

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        if volume.source:
            raise PlanningError(
                Category.UNSUPPORTED,
                f"volume {volume.name} cannot be a clone: a root in memory holds nothing",
                "Set the image's install_from to the NFS volume to fill it from.",
            )
        _check_size(volume)
        return ()

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return ()

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        """Nobody but the machine reaches its memory."""
        return ()

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        return ()

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        _check_size(volume)
        return Root(type="tmpfs", facts=(("size_mib", str(volume.size_mib)),), empty=True)

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        return []


def _check_size(volume: Volume) -> None:
    if volume.size_mib < SMALLEST_MIB:
        raise PlanningError(
            Category.BAD_INPUT,
            f"volume {volume.name} has {volume.size_mib} MiB",
            f"Give it the size of the root in MiB, at least {SMALLEST_MIB} and less than the machines' memory.",
        )
