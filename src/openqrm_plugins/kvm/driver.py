"""Plans VMs on hosts with KVM."""

from __future__ import annotations

import ipaddress

from openqrm.plugin_api import (
    Capability,
    Category,
    Disk,
    IsoFacts,
    MachineFacts,
    PlanningError,
    Resource,
    SnapshotFacts,
    Step,
    StepError,
    VirtualMachine,
    World,
)
from openqrm_plugins.kvm.acceleration import ProveAcceleration
from openqrm_plugins.kvm.define import DefineMachine, UndefineMachine
from openqrm_plugins.kvm.drive import InspectIso, folders_around, list_isos
from openqrm_plugins.kvm.hardware import hardware_of
from openqrm_plugins.kvm.migrate import MOVE_S, MoveMachine, Place
from openqrm_plugins.kvm.power import PowerOff, PowerOn, PressButton
from openqrm_plugins.kvm.seed import CarrySeed, RemoveSeed, WriteSeed, is_seed, seed_path
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.snapshots import (
    TAKE_S,
    DropSnapshots,
    RemoveSnapshot,
    RevertMachine,
    TakeSnapshot,
    list_snapshots,
    refuse_disks,
)
from openqrm_plugins.kvm.take_up import TakeUpHost
from openqrm_plugins.kvm.virsh import OFF, get_state, list_machines


class Driver:
    """Virtualization with all that it can have: a VM is a persistent domain of the libvirt of its host."""

    capabilities: frozenset[Capability] = frozenset({Capability.LIVE_MIGRATION, Capability.SNAPSHOT})

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_take_up(self, host: Resource) -> tuple[Step, ...]:
        take_up = TakeUpHost(host.name, host.cpu_count, host.memory_mib)
        steps = [Step(id=f"take-up-{host.name}", action=take_up, why="it is to carry VMs", host=host.name)]
        if self._settings.accelerator == "auto":
            prove = ProveAcceleration(host.name)
            steps.append(
                Step(id=f"prove-{host.name}", action=prove, why="not every host that promises KVM has it",
                     needs=(steps[0].id,), host=host.name)
            )  # fmt: skip
        return tuple(steps)

    def plan_define(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        action = DefineMachine(host, hardware_of(vm, disks), *self._tuning())
        return (Step(id=f"define-{vm.name}", action=action, why=f"{host} is to carry {vm.name}", host=host),)

    def plan_remove(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        """Its snapshots are within its disks, which stay: nobody could use or remove them any more."""
        steps = []
        if any(disk.format == "qcow2" for disk in disks):
            drop = DropSnapshots(host, vm.name)
            steps.append(
                Step(id=f"drop-snapshots-{vm.name}", action=drop, why="they would fill its disks, which stay",
                     host=host, deadline_s=TAKE_S)
            )  # fmt: skip
        action = UndefineMachine(host, hardware_of(vm, disks), *self._tuning())
        needs = tuple(step.id for step in steps)
        why = f"{host} carries {vm.name} no more"
        return (*steps, Step(id=f"remove-{vm.name}", action=action, why=why, needs=needs, host=host))

    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        """What it boots from is its hardware's, and not told anew."""
        action = PowerOn(resource.host, resource.name)
        return (Step(id="power-on", action=action, why=f"{resource.name} is to boot", host=resource.host),)

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        action = PowerOff(resource.host, resource.name)
        return (Step(id="power-off", action=action, why=f"{resource.name} is to be off", host=resource.host),)

    def plan_press(self, resource: Resource) -> tuple[Step, ...]:
        action = PressButton(resource.host, resource.name)
        return (Step(id="press", action=action, why="its system ends its services in order", host=resource.host),)

    def observe_power(self, world: World, resource: Resource) -> str:
        """Raises StepError `not_found` when the host does not know the VM: it may run elsewhere, moved by hand."""
        try:
            state = get_state(world, resource.host, resource.name)
        except StepError as error:
            if error.category is Category.UNAVAILABLE:
                return "unknown"
            raise
        return "off" if state in OFF else "on"

    def list_machines(self, world: World, host: Resource) -> list[MachineFacts]:
        return list_machines(world, host.name)

    def plan_migrate(self, vm: VirtualMachine, source: Resource, target: Resource) -> tuple[Step, ...]:
        """Raises PlanningError when its disks are on one host, or a host has no address."""
        if vm.disks and not self._settings.shares_disks:
            message = f"VM {vm.name} has disks of its own on {source.name}, and runs"
            hint = "Power it off to move it; or set shares_disks of plugin kvm, if all hosts share their storage."
            raise PlanningError(Category.UNSUPPORTED, message, hint)
        action = MoveMachine(
            vm.name, self._place(source), self._place(target), self._settings.is_tunnelled, self._settings.shares_disks
        )
        step = Step(
            id=f"migrate-{vm.name}", action=action, why=f"{target.name} is to carry {vm.name}", host=source.name,
            deadline_s=MOVE_S, attempts=1, notice=f"{vm.name} stands still for a moment",
        )  # fmt: skip
        return (step,)

    def seed_path(self, vm: VirtualMachine, user_data: str) -> str:
        return seed_path(vm.name, user_data)

    def plan_seed(self, host: str, vm: VirtualMachine, user_data: str) -> tuple[Step, ...]:
        action = WriteSeed(host, vm.name, user_data)
        return (Step(id=f"seed-{vm.name}", action=action, why="cloud-init reads it at the start", host=host),)

    def plan_carry(self, vm: VirtualMachine, source: Resource, target: Resource) -> tuple[Step, ...]:
        """A seed; another image only where all hosts have it."""
        if is_seed(vm.name, vm.iso):
            action = CarrySeed(vm.name, source.name, target.name, vm.iso)
            return (Step(id=f"carry-{vm.name}", action=action, why="it is in its drive", host=target.name),)
        if not vm.iso:
            return ()
        if not self._settings.shares_disks:
            message = f"VM {vm.name} has the ISO image {vm.iso} of {source.name} in its drive"
            hint = (
                f'Take it out (openqrm vm edit {vm.name} --iso ""), move it, and give it one that is on {target.name}.'
            )
            raise PlanningError(Category.UNSUPPORTED, message, hint)
        return self.plan_insert(target.name, vm)

    def plan_unseed(self, host: str, vm: VirtualMachine) -> tuple[Step, ...]:
        if not is_seed(vm.name, vm.iso):
            return ()
        action = RemoveSeed(host, vm.name, vm.iso)
        return (Step(id=f"unseed-{vm.name}", action=action, why="nobody reads it any more", host=host),)

    def plan_insert(self, host: str, vm: VirtualMachine) -> tuple[Step, ...]:
        action = InspectIso(host, vm.iso, folders_around(host, vm.iso, self._settings.iso_folders))
        why = "a VM reads nothing of its host but what it was given"
        return (Step(id=f"inspect-iso-{vm.name}", action=action, why=why, host=host),)

    def list_isos(self, world: World, host: Resource) -> list[IsoFacts]:
        return list_isos(world, host.name, self._settings.iso_folders)

    def plan_snapshot(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, mark: str
    ) -> tuple[Step, ...]:
        refuse_disks(vm, disks)
        action = TakeSnapshot(host, vm.name, snapshot, mark)
        step = Step(
            id=f"snapshot-{snapshot}", action=action, why="it can be set back to how it is now", host=host,
            deadline_s=TAKE_S, notice=f"{vm.name} stands still while its memory is written",
        )  # fmt: skip
        return (step,)

    def plan_revert(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, before: str
    ) -> tuple[Step, ...]:
        refuse_disks(vm, disks)
        action = RevertMachine(host, vm.name, snapshot, before)
        step = Step(
            id=f"revert-{vm.name}", action=action, why=f"how it is now is kept as {before}", host=host,
            deadline_s=TAKE_S, notice=f"{vm.name} goes back in time",
        )  # fmt: skip
        return (step,)

    def plan_remove_snapshot(self, host: str, vm: VirtualMachine, snapshot: str) -> tuple[Step, ...]:
        action = RemoveSnapshot(host, vm.name, snapshot)
        return (Step(id=f"remove-{snapshot}", action=action, why="it is not needed any more", host=host),)

    def list_snapshots(self, world: World, host: Resource, vm: str) -> list[SnapshotFacts]:
        return list_snapshots(world, host.name, vm)

    def _tuning(self) -> tuple[str, str, str]:
        return self._settings.accelerator, self._settings.cpu_model, self._settings.disk_cache

    def _place(self, host: Resource) -> Place:
        if not host.address:
            message = f"host {host.name} has no address that another host could reach it at"
            raise PlanningError(Category.BAD_INPUT, message, f"openqrm resource edit {host.name} --address ADDRESS")
        address = f"[{host.address}]" if ipaddress.ip_address(host.address).version == 6 else host.address
        if self._settings.transport == "ssh":
            port = f":{host.ssh.port}" if host.ssh.port else ""
            return Place(host.name, f"qemu+ssh://{host.ssh.user or 'root'}@{address}{port}/system", address)
        scheme = {"tls": "qemu", "tcp": "qemu+tcp"}[self._settings.transport]
        return Place(host.name, f"{scheme}://{address}/system", address)
