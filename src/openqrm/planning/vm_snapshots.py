"""Snapshots of a virtual machine: its disks, and its memory when it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.user import Role
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.fields import Name
from openqrm.planning.grants import granted_volumes
from openqrm.planning.order import after
from openqrm.planning.record_plans import plan_of
from openqrm.planning.vm_parts import disks_of, get_vm, locks_of
from openqrm.plugin_api.drivers import Capability, SnapshotFacts, Virtualization, VmSnapshots
from openqrm.plugin_api.intents import Intent, Query, new_row_of, refers_to, row_of
from openqrm.plugin_api.planning import Planning, Reading


class ListVmSnapshots(Query, noun="vm", verb="snapshots", role=Role.OPERATOR):
    """List the snapshots of a virtual machine, as its host shows them."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]


class SnapshotVm(Intent, noun="vm", verb="snapshot", role=Role.OPERATOR):
    """Take a snapshot of a virtual machine: its own disks, and its memory when it runs."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    snapshot: Annotated[Name, new_row_of("snapshots"), Meta(description="a name for the snapshot")]


class RevertVm(Intent, noun="vm", verb="revert", role=Role.OPERATOR):
    """Set a virtual machine back to a snapshot.

    How it is now is kept as a snapshot `before-…`, so that this can be taken back. When the snapshot has memory the
    VM runs on from there; otherwise it is off.
    """

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    snapshot: Annotated[Name, row_of("snapshots"), Meta(description="a name that `openqrm vm snapshots` tells")]


class RemoveVmSnapshot(Intent, noun="vm", verb="remove-snapshot", role=Role.OPERATOR):
    """Remove a snapshot of a virtual machine. The VM stays as it is, and can no longer be set back to then."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    snapshot: Annotated[Name, row_of("snapshots"), Meta(description="a name that `openqrm vm snapshots` tells")]


def plan_snapshot_vm(intent: SnapshotVm, planning: Planning) -> Plan:
    vm, resource = get_vm(intent.name, planning)
    driver = _driver(planning.drivers.virtualization(vm.type), vm)
    _refuse_elsewhere(resource, planning)
    disks = disks_of(vm, resource.host, planning)
    steps = driver.plan_snapshot(resource.host, vm, disks, intent.snapshot, _mark(planning))
    plan = plan_of(intent, f"Take snapshot {intent.snapshot} of VM {vm.name}", steps, about=vm, past="snapshot-taken")
    return replace(plan, locks=locks_of(vm, vm.disks))


def plan_revert_vm(intent: RevertVm, planning: Planning) -> Plan:
    """From the present, which is kept, to the snapshot; but it boots with the hardware that is wanted now."""
    vm, resource = get_vm(intent.name, planning)
    virtualization = planning.drivers.virtualization(vm.type)
    driver = _driver(virtualization, vm)
    _refuse_elsewhere(resource, planning)
    disks = disks_of(vm, resource.host, planning)
    before = f"before-{planning.stamp}"
    kept = driver.plan_snapshot(resource.host, vm, disks, before, _mark(planning))
    reverted = driver.plan_revert(resource.host, vm, disks, intent.snapshot, before)
    # by itself a definition is undone by taking the VM away
    given = (replace(step, back=step.action) for step in virtualization.plan_define(resource.host, vm, disks))
    steps = (*kept, *after((*reverted, *given), kept[-1].id))
    plan = plan_of(intent, f"Set VM {vm.name} back to snapshot {intent.snapshot}", steps, about=vm, past="reverted")
    return replace(plan, on_failure=OnFailure.UNDO, locks=locks_of(vm, vm.disks))


def plan_remove_vm_snapshot(intent: RemoveVmSnapshot, planning: Planning) -> Plan:
    vm, resource = get_vm(intent.name, planning)
    driver = _driver(planning.drivers.virtualization(vm.type), vm)
    steps = driver.plan_remove_snapshot(resource.host, vm, intent.snapshot)
    title = f"Remove snapshot {intent.snapshot} of VM {vm.name}"
    plan = plan_of(intent, title, steps, about=vm, past="snapshot-removed")
    return replace(plan, on_failure=OnFailure.HOLD, locks=locks_of(vm, vm.disks))


def answer_vm_snapshots(query: ListVmSnapshots, reading: Reading) -> list[SnapshotFacts]:
    vm, resource = reading.facts.get(VirtualMachine, query.name), reading.facts.get(Resource, query.name)
    driver = _driver(reading.drivers.virtualization(vm.type), vm)
    return driver.list_snapshots(reading.world, reading.facts.get(Resource, resource.host), vm.name)


def _driver(driver: Virtualization, vm: VirtualMachine) -> VmSnapshots:
    if Capability.SNAPSHOT not in driver.capabilities or not isinstance(driver, VmSnapshots):
        message = f"{vm.type} cannot take snapshots of VMs"
        raise PlanningError(Category.UNSUPPORTED, message, "Clone the volume that the VM's data is on.")
    return driver


def _refuse_elsewhere(resource: Resource, planning: Planning) -> None:
    """What runs from a volume over the network would wake up on data of another time."""
    seen = planning.facts.find(Observation, resource.name)
    if condition(resource, seen, planning.now_s) is Condition.OFF:
        return
    for volume in granted_volumes(resource, planning.facts):
        message = f"VM {resource.name} runs, and writes volume {volume.name} over the network"
        hint = f"Stop appliance {resource.claimed_by} first; clone or snapshot the volume itself."
        raise PlanningError(Category.CONFLICT, message, hint)


def _mark(planning: Planning) -> str:
    return f"openQRM {planning.now_s:.6f}"


PLANNERS = {
    SnapshotVm: plan_snapshot_vm,
    RevertVm: plan_revert_vm,
    RemoveVmSnapshot: plan_remove_vm_snapshot,
}
ANSWERS = {ListVmSnapshots: answer_vm_snapshots}
