"""Migrate a virtual machine to another host: while it runs where its plugin can, else as it is, off."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.user import Role
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.fields import Name, NameOrNone
from openqrm.planning.order import after
from openqrm.planning.placement import Policy, choose_host
from openqrm.planning.record_plans import plan_of
from openqrm.planning.vm_parts import disks_of, fits_step, get_vm, locks_of, need_of
from openqrm.plugin_api.actions import SetField
from openqrm.plugin_api.drivers import Capability, LiveMigration, SeedsMachines, Virtualization
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planning


class MigrateVm(Intent, noun="vm", verb="migrate", role=Role.OPERATOR):
    """Move a virtual machine to another host. One that runs goes on running: it pauses for a moment only.

    When it fails the VM is, and runs, where it was.
    """

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    host: Annotated[
        NameOrNone, refers_to("host"), Meta(description="the host to move it to; empty: another one that has room")
    ] = ""
    policy: Annotated[Policy, Meta(description="which of the hosts that have room")] = "most-memory"


def plan_migrate_vm(intent: MigrateVm, planning: Planning) -> Plan:
    """Booked on the target first, as a new VM would be."""
    facts = planning.facts
    vm, resource = get_vm(intent.name, planning)
    source = facts.get(Resource, resource.host)
    if intent.host == source.name:
        raise PlanningError(Category.CONFLICT, f"VM {vm.name} is on {source.name} already", "Name another host.")
    host = choose_host(need_of(vm, planning), vm.type, intent.host, intent.policy, source.name, planning)
    target = facts.get(Resource, host)
    moved = _moves(vm, resource, source, target, planning)
    book = SetField("resource", vm.name, "host", target.name, source.name, f"Book VM {vm.name} on {target.name}")
    steps = [
        Step(id="book", action=book, why=f"{target.name} has room for it"),
        fits_step(target.name, vm.name, "book"),
        *after(moved, "fits"),
    ]  # fmt: skip
    title = f"Migrate VM {vm.name} from {source.name} to {target.name}"
    plan = plan_of(intent, title, steps, about=vm, past="migrated")
    return replace(plan, on_failure=OnFailure.UNDO, locks=locks_of(vm, ()))


def _moves(
    vm: VirtualMachine, resource: Resource, source: Resource, target: Resource, planning: Planning
) -> tuple[Step, ...]:
    driver = planning.drivers.virtualization(vm.type)
    moved = _moved(vm, resource, source, target, driver, planning)
    if not isinstance(driver, SeedsMachines):
        return moved
    carried, left = driver.plan_carry(vm, source, target), driver.plan_unseed(source.name, vm)
    moved = (*carried, *after(moved, carried[-1].id)) if carried else moved
    return (*moved, *after(left, moved[-1].id))


def _moved(
    vm: VirtualMachine, resource: Resource, source: Resource, target: Resource, driver: Virtualization,
    planning: Planning,
) -> tuple[Step, ...]:  # fmt: skip
    seen = planning.facts.find(Observation, vm.name)
    if condition(resource, seen, planning.now_s) is Condition.OFF:
        return _cold(vm, source, target, driver, planning)
    if Capability.LIVE_MIGRATION not in driver.capabilities or not isinstance(driver, LiveMigration):
        message = f"{vm.type} cannot move a VM while it runs"
        raise PlanningError(Category.UNSUPPORTED, message, f"Stop what runs on {vm.name}, power it off, then move it.")
    return driver.plan_migrate(vm, source, target)


def _cold(
    vm: VirtualMachine, source: Resource, target: Resource, driver: Virtualization, planning: Planning
) -> tuple[Step, ...]:
    there = driver.plan_define(target.name, vm, disks_of(vm, target.name, planning))
    gone = driver.plan_remove(source.name, vm, disks_of(vm, source.name, planning))
    return (*there, *gone)


PLANNERS = {MigrateVm: plan_migrate_vm}
