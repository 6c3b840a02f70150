"""The driver kinds: what a plugin of each kind plans. Planning is pure; the actions it returns act.

A driver is made with its plugin's settings and has no other state. What it cannot do it refuses while planning,
with PlanningError `unsupported`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.vm import Disk, VirtualMachine
from openqrm.plugin_api.actions.machines import AwaitScript
from openqrm.ports.world import World


class Capability(StrEnum):
    """What a driver can do beyond its kind; named in the manifest, refused while planning where absent."""

    CLONE = "clone"
    SNAPSHOT = "snapshot"
    RESIZE = "resize"
    RESTORE = "restore"
    TRANSFER = "transfer"
    LIVE_MIGRATION = "live-migration"
    CONSOLE = "console"
    SENSORS = "sensors"
    DYNAMIC_UPDATE = "dynamic-update"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The machine a grant or a name is for."""

    resource: str
    mac: str
    address: str


@dataclass(frozen=True, kw_only=True)
class VolumeFacts:
    """A volume as the storage itself shows it."""

    name: str
    size_mib: int
    used_mib: int = 0


@dataclass(frozen=True, kw_only=True)
class Root:
    """How a machine reaches a root: the type of its initrd fragment, public facts, and vault references.

    Keys are without the `root_` that the boot door puts before them: `server`, `path`, `target`, …
    A root that is `empty` is so at every boot: its image always has to be installed from elsewhere.
    """

    type: str
    facts: tuple[tuple[str, str], ...]
    secrets: tuple[tuple[str, str], ...] = ()
    empty: bool = False


@runtime_checkable
class StorageDriver(Protocol):
    """Volumes on one technology. `capabilities` names the optional methods that really work.

    Step ids must be unique within a plan: begin them with the verb and the volume.
    """

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps that make the volume, empty, or as a thin clone when `volume.source` is set."""
        ...

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps that destroy it."""
        ...

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        """Steps that let this machine alone write the volume; `secret` is a vault reference made for this grant."""
        ...

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        """Steps that end that, open connections included."""
        ...

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        """How a granted machine mounts it; `address` is of the storage's resource. Pure."""
        ...

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        """What the storage holds, ours or not."""
        ...


@runtime_checkable
class OnlyNames(Protocol):
    """A storage where a volume is no more than its record: nothing is there that could be listed, or vanish."""

    @property
    def only_names(self) -> bool: ...


@runtime_checkable
class TransferDriver(StorageDriver, Protocol):
    """A storage with capability `transfer`: a machine that boots can copy from its volumes and to them."""

    def plan_lend(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """Steps that let this machine read the volume, beside others who read it."""
        ...

    def plan_reclaim(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        """Steps that end that."""
        ...


@runtime_checkable
class DiffersByType(Protocol):
    """Of storage drivers for several types of storage that cannot all do the same."""

    def capabilities_of(self, storage: Storage) -> frozenset[Capability]: ...


def capabilities_of(driver: StorageDriver, storage: Storage) -> frozenset[Capability]:
    """What a driver can do on this storage."""
    return driver.capabilities_of(storage) if isinstance(driver, DiffersByType) else driver.capabilities


@runtime_checkable
class ResizesVolumes(Protocol):
    """Of storage drivers with the capability `resize`."""

    def plan_resize(self, storage: Storage, volume: Volume, size_mib: int) -> tuple[Step, ...]:
        """Steps that make the volume bigger. Raises PlanningError when it would not be."""
        ...


@runtime_checkable
class KeepsRemoved(Protocol):
    """Of storage drivers with the capability `restore`: what `plan_remove` puts away can be had back until purged."""

    def plan_restore(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps that bring it back; `volume` is as it was, its number included."""
        ...

    def plan_purge(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps that destroy it for good. One of the same name that is in use is not touched."""
        ...

    def keep_s(self, storage: Storage) -> float:
        """How long it is kept, in seconds."""
        ...


@runtime_checkable
class Power(Protocol):
    """A machine's power by its BMC. Fields of `resource.bmc` say how to reach it."""

    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        """One step, id `power-on`: from the network at this boot unless `resource.boot` is local."""
        ...

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        """One step, id `power-off`: off at once."""
        ...

    def observe_power(self, world: World, resource: Resource) -> str:
        """`on`, `off` or `unknown`. Raises StepError `not_found` for a VM that its host does not know."""
        ...


@runtime_checkable
class Waker(Protocol):
    """Less than Power: a machine can be switched on, and nothing else. Its own system switches it off, when asked.

    Nobody tells whether it is on, so no plan that has to see it off can rely on a waker.
    """

    def plan_wake(self, resource: Resource, boot: str) -> tuple[Step, ...]:
        """One step, id `wake`: the machine has shown itself in a boot other than `boot`, or its agent."""
        ...


@runtime_checkable
class NetworkService(Protocol):
    """Publishes a machine under a name: DHCP, DNS."""

    def plan_publish(self, name: str, machine: Machine) -> tuple[Step, ...]: ...

    def plan_withdraw(self, name: str, machine: Machine) -> tuple[Step, ...]: ...


@runtime_checkable
class HearsMachines(Protocol):
    """A network service that hears of a machine before it asks for its boot script."""

    def await_script(self, action: AwaitScript, machine: Machine, since_s: float) -> AwaitScript:
        """The same wish; while it is not fulfilled it also tells what was heard of the machine since (epoch)."""
        ...


@runtime_checkable
class Deployment(Protocol):
    """A way to bring an image to a machine other than mounting its volume."""

    def plan_install(self, image: Image, resource: Resource) -> tuple[Step, ...]: ...


@dataclass(frozen=True, kw_only=True)
class MachineFacts:
    """A VM as its host itself shows it, ours or not. `power` is on, off or unknown."""

    name: str
    power: str
    cpu_count: int
    memory_mib: int
    macs: tuple[str, ...] = ()


@runtime_checkable
class Virtualization(Power, Protocol):
    """VMs of one technology on its hosts. Its host is a VM's BMC: so an appliance starts on a VM as on metal.

    `resource.host` carries the VM, `resource.name` is its name there.
    """

    capabilities: frozenset[Capability]

    def plan_take_up(self, host: Resource) -> tuple[Step, ...]:
        """Steps that see that this resource can carry VMs, and write its CPUs and memory into its record."""
        ...

    def plan_define(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        """Steps that give the host this VM, or one it has this hardware. One that runs has it from its next start."""
        ...

    def plan_remove(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        """Steps after which the host, where it is off, does not know it; its disks stay."""
        ...

    def list_machines(self, world: World, host: Resource) -> list[MachineFacts]:
        """What the host carries, ours or not."""
        ...


@runtime_checkable
class LiveMigration(Protocol):
    """Of drivers with the capability `live-migration`."""

    def plan_migrate(self, vm: VirtualMachine, source: Resource, target: Resource) -> tuple[Step, ...]:
        """Steps that move the running VM; the target knows it afterwards, and the source does not."""
        ...


@dataclass(frozen=True, kw_only=True)
class SnapshotFacts:
    """A snapshot of a VM as its host shows it, ours or not."""

    name: str
    made_s: float  # epoch
    has_memory: bool  # it was taken while the VM ran, which then runs on from there


@runtime_checkable
class VmSnapshots(Protocol):
    """Of virtualization drivers with the capability `snapshot`: all disks of a VM, and its memory when it runs.

    All raise PlanningError `unsupported`, with the reason, when these disks do not allow it.
    """

    def plan_snapshot(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, mark: str
    ) -> tuple[Step, ...]:
        """Steps that take one. By `mark` it is told from an older one of the same name, which is a conflict."""
        ...

    def plan_revert(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, before: str
    ) -> tuple[Step, ...]:
        """Steps after which the VM is as it was; run right after `before` was taken, which undoing goes back to."""
        ...

    def plan_remove_snapshot(self, host: str, vm: VirtualMachine, snapshot: str) -> tuple[Step, ...]:
        """Steps after which there is none of this name; the VM stays as it is."""
        ...

    def list_snapshots(self, world: World, host: Resource, vm: str) -> list[SnapshotFacts]:
        """Those of one VM, oldest first."""
        ...


@runtime_checkable
class SeedsMachines(Protocol):
    """Of virtualization drivers that can give a VM a cloud-init seed in its drive. `user_data` refers to the vault."""

    def seed_path(self, vm: VirtualMachine, user_data: str) -> str:
        """Where it will be on the host, which becomes `vm.iso`. Pure."""
        ...

    def plan_seed(self, host: str, vm: VirtualMachine, user_data: str) -> tuple[Step, ...]:
        """Steps that put it there."""
        ...

    def plan_carry(self, vm: VirtualMachine, source: Resource, target: Resource) -> tuple[Step, ...]:
        """Steps that bring what is in its drive to the host that the VM is moved to; it stays where it was as well.

        Raises PlanningError `unsupported` for what is not carried.
        """
        ...

    def plan_unseed(self, host: str, vm: VirtualMachine) -> tuple[Step, ...]:
        """Steps that remove the one that is in the VM's drive; none when that is something else."""
        ...


@runtime_checkable
class LocalDisks(Protocol):
    """Of storage drivers whose volumes are files or block devices of their host: disks of VMs there."""

    def disk(self, storage: Storage, volume: Volume) -> Disk: ...


@runtime_checkable
class InspectsDisks(Protocol):
    """Of those whose files say themselves what they stand on, so that whoever writes them could lead a VM elsewhere."""

    def plan_inspect(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps that change nothing and fail for a disk that nobody should open; none where there is no such danger."""
        ...


@runtime_checkable
class Monitoring(Protocol):
    """Watches appliances."""

    def plan_watch(self, name: str, machine: Machine) -> tuple[Step, ...]: ...

    def plan_unwatch(self, name: str, machine: Machine) -> tuple[Step, ...]: ...


@runtime_checkable
class Configuration(Protocol):
    """Enrols appliances in a configuration management."""

    def plan_enrol(self, name: str, machine: Machine) -> tuple[Step, ...]: ...

    def plan_retire(self, name: str, machine: Machine) -> tuple[Step, ...]: ...


@runtime_checkable
class HybridCloud(Protocol):
    """Instances in somebody else's cloud."""

    def plan_launch(self, resource: Resource) -> tuple[Step, ...]: ...

    def plan_terminate(self, resource: Resource) -> tuple[Step, ...]: ...

    def list_instances(self, world: World) -> list[str]: ...


@dataclass(frozen=True)
class Place:
    """Where a terminal is to be had: a command on this resource; none: a login shell.

    A screen is at an address that only this resource reaches: `vnc+unix://PATH` or `vnc://127.0.0.1:PORT`. Where it
    changes with each start, there is none here, and the command prints it.
    """

    host: str
    argv: tuple[str, ...] = ()
    address: str = ""


@runtime_checkable
class TerminalDriver(Protocol):
    """A way to terminals of machines."""

    def find_place(self, resource: Resource, line: str) -> Place | None:
        """Where its terminal is: `line` is ssh, serial or screen. None when this driver has none. Pure."""
        ...


KINDS: dict[str, type] = {
    "storage": StorageDriver,
    "power": Power,
    "waker": Waker,
    "network-service": NetworkService,
    "deployment": Deployment,
    "virtualization": Virtualization,
    "monitoring": Monitoring,
    "configuration": Configuration,
    "hybrid-cloud": HybridCloud,
    "terminal": TerminalDriver,
}
