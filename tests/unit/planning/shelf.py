"""Facts in a dictionary, and drivers that plan nothing, for planners are pure."""

from __future__ import annotations

from typing import Any

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.record import Record
from openqrm.domain.user import Role
from openqrm.domain.vm import bookings_of
from openqrm.plugin_api import (
    Capability,
    Disk,
    IsoFacts,
    Resource,
    Root,
    SnapshotFacts,
    Step,
    Storage,
    VirtualMachine,
    Volume,
    World,
)
from openqrm.plugin_api.actions import SetField
from openqrm.plugin_api.planning import Planning


class Shelf:
    """openqrm.ports.records.Facts."""

    def __init__(self, *records: Record) -> None:
        self._records = {(type(record), record.name): record for record in records}

    def find(self, kind: Any, name: str) -> Any:
        return self._records.get((kind, name))

    def get(self, kind: Any, name: str) -> Any:
        if (found := self.find(kind, name)) is None:
            raise PlanningError(Category.NOT_FOUND, f"there is no {kind.kind} {name}", "It is a test.")
        return found

    def list(self, kind: Any, **equal: object) -> list[Any]:
        return [
            record
            for (each, _), record in sorted(self._records.items(), key=lambda item: item[0][1])
            if each is kind and all(getattr(record, name) == value for name, value in equal.items())
        ]

    def bookings(self, type_: str, most: int = 0) -> Any:
        return bookings_of(self.list(Resource, carries=type_), self.list(Resource, type=type_), most)


class PlainStorage:
    """A storage driver without steps."""

    capabilities = frozenset({Capability.CLONE, Capability.TRANSFER})

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Any, ...]:
        return ()

    plan_remove = plan_create

    def plan_grant(self, storage: Storage, volume: Volume, machine: Any, secret: str) -> tuple[Any, ...]:
        return ()

    plan_revoke = plan_grant

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        return Root(type="nfs", facts=(("server", address), ("path", f"/{volume.name}")))


class LocalStorage(PlainStorage):
    """One whose volumes are files of its host."""

    def disk(self, storage: Storage, volume: Volume) -> Disk:
        return Disk(volume=volume.name, path=f"/vols/{volume.name}", format="raw")


class InspectedStorage(LocalStorage):
    """One whose files are looked at before a VM opens them."""

    def plan_inspect(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return (said(f"inspect-{volume.name}"),)


class PlainVirtualization:
    """A virtualization driver of steps that only say what they are."""

    capabilities = frozenset({Capability.LIVE_MIGRATION})

    def plan_take_up(self, host: Resource) -> tuple[Step, ...]:
        return (said(f"take-up-{host.name}"),)

    def plan_define(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return (said(f"define-{vm.name}-on-{host}"),)

    def plan_remove(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return (said(f"remove-{vm.name}-from-{host}"),)

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        return (said("power-off"),)

    def plan_on(self, resource: Any) -> Any:
        return (said("power-on"),)

    def plan_migrate(self, vm: VirtualMachine, source: Resource, target: Resource) -> tuple[Step, ...]:
        return (said(f"migrate-{vm.name}-{source.name}-{target.name}"),)


class KeepingVirtualization(PlainVirtualization):
    """One that takes snapshots, too."""

    capabilities = frozenset({Capability.SNAPSHOT})

    def plan_snapshot(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, mark: str
    ) -> tuple[Step, ...]:
        return (said(f"take-{snapshot}"),)

    def plan_revert(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, before: str
    ) -> tuple[Step, ...]:
        return (said(f"back-to-{snapshot}-from-{before}"),)

    def plan_remove_snapshot(self, host: str, vm: VirtualMachine, snapshot: str) -> tuple[Step, ...]:
        return (said(f"drop-{snapshot}"),)

    def seed_path(self, vm: VirtualMachine, user_data: str) -> str:
        return f"/seeds/{user_data}"

    def plan_seed(self, host: str, vm: VirtualMachine, user_data: str) -> tuple[Step, ...]:
        return (said(f"seed-{vm.iso}"),)

    def plan_press(self, resource: Resource) -> tuple[Step, ...]:
        return (said("press"),)

    def plan_carry(self, vm: VirtualMachine, source: Resource, target: Resource) -> tuple[Step, ...]:
        return (said(f"carry-{vm.iso}"),) if vm.iso else ()

    def plan_unseed(self, host: str, vm: VirtualMachine) -> tuple[Step, ...]:
        return (said(f"unseed-{vm.iso}"),) if vm.iso.startswith("/seeds") else ()

    def plan_insert(self, host: str, vm: VirtualMachine) -> tuple[Step, ...]:
        return (said(f"look-at-{vm.iso}-on-{host}"),)

    def list_isos(self, world: World, host: Resource) -> list[IsoFacts]:
        return []

    def list_snapshots(self, world: World, host: Resource, vm: str) -> list[SnapshotFacts]:
        return []


def said(id_: str) -> Step:
    """A step that has its name and nothing to do."""
    return Step(id=id_, action=SetField("resource", "any", "comment", id_, "", id_), why="it is a test")


class PlainDrivers:
    """One storage driver for all, no power, no network services."""

    def storage(self, storage: Storage) -> Any:
        return {"local": LocalStorage, "inspected": InspectedStorage}.get(storage.type, PlainStorage)()

    def power(self, resource: Any) -> Any:
        return self.virtualization(resource.type) if resource.host else None

    def waker(self, _resource: object) -> None:
        return None

    def network_services(self) -> list[Any]:
        return []

    def virtualization(self, type_: str) -> Any:
        return KeepingVirtualization() if type_ == "keeping" else PlainVirtualization()


def planning(*records: Record, user: str = "admin", role: Role = Role.ADMINISTRATOR) -> Planning:
    """What a planner is given, over these records."""
    return Planning(Shelf(*records), PlainDrivers(), user, 1000.0, role=role)
