"""Change the hardware of a virtual machine: CPUs, memory, network cards, disks, and what it boots from."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_mac
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.user import Role
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.fields import Line, Mac, Name, Text
from openqrm.planning.order import after
from openqrm.planning.record_plans import ASKED, edited, plan_of
from openqrm.planning.vm_isos import with_iso
from openqrm.planning.vm_parts import (
    Boot,
    BootOrNone,
    Bridge,
    Count,
    Memory,
    attach_steps,
    detach_steps,
    disks_of,
    fits_step,
    get_vm,
    locks_of,
    nic_of,
    refuse_bad_boot,
    resource_boot,
)
from openqrm.plugin_api.actions import put
from openqrm.plugin_api.drivers import SeedsMachines
from openqrm.plugin_api.intents import Intent, refers_to, row_of
from openqrm.plugin_api.planning import Planning

MOST_NICS = 8


class EditVm(Intent, noun="vm", verb="edit", role=Role.OPERATOR):
    """Change a virtual machine; what is not given stays. One that runs has it from its next start on."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    cpu_count: Annotated[Count | None, Meta(description="CPUs")] = None
    memory_mib: Annotated[Memory | None, Meta(description="memory in MiB")] = None
    iso: Annotated[
        Line | None, row_of("isos"), Meta(description="path of an ISO image, as `vm isos` tells; empty: none")
    ] = None
    boot: Annotated[Boot | None, Meta(description="net, disk or iso")] = None
    boot_once: Annotated[BootOrNone | None, Meta(description="what it boots from at its next start only")] = None
    comment: Annotated[Text | None, Meta(description="free text")] = None


class AddNic(Intent, noun="vm", verb="add-nic", role=Role.OPERATOR):
    """Give a virtual machine one more network card."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    bridge: Annotated[Bridge, Meta(description="the host's bridge it is on")]
    mac: Annotated[Mac | Literal[""], Meta(description="its MAC address; empty: made up")] = ""


class RemoveNic(Intent, noun="vm", verb="remove-nic", role=Role.OPERATOR):
    """Take a network card from a virtual machine. The first one stays: its MAC address is the resource's."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    mac: Annotated[Mac, Meta(description="the card")]


class AddDisk(Intent, noun="vm", verb="add-disk", role=Role.OPERATOR):
    """Give a virtual machine one more disk of its own: a volume of its host that nobody else uses."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    volume: Annotated[Name, refers_to("volume"), Meta(description="the volume")]


class RemoveDisk(Intent, noun="vm", verb="remove-disk", role=Role.OPERATOR):
    """Take a disk from a virtual machine. The volume stays as it is."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    volume: Annotated[Name, refers_to("volume"), Meta(description="the volume")]


def plan_edit_vm(intent: EditVm, planning: Planning) -> Plan:
    before, resource = get_vm(intent.name, planning)
    after_ = edited(before, intent)
    plan = plan_change(intent, before, after_, resource, planning)
    driver = planning.drivers.virtualization(before.type)
    if after_.iso == before.iso:
        return plan
    steps = with_iso(plan.steps, after_, resource.host, planning)
    if isinstance(driver, SeedsMachines):
        steps = (*steps, *after(driver.plan_unseed(resource.host, before), steps[-1].id))
    return replace(plan, steps=steps)


def plan_add_nic(intent: AddNic, planning: Planning) -> Plan:
    before, resource = get_vm(intent.name, planning)
    if len(before.nics) >= MOST_NICS:
        raise PlanningError(Category.CONFLICT, f"VM {before.name} has {MOST_NICS} network cards", "Remove one first.")
    nics = (*before.nics, nic_of(before.name, intent.bridge, intent.mac, planning))
    return plan_change(intent, before, replace(before, nics=nics), resource, planning)


def plan_remove_nic(intent: RemoveNic, planning: Planning) -> Plan:
    before, resource = get_vm(intent.name, planning)
    mac = parse_mac(intent.mac)
    if mac == before.nics[0].mac:
        raise PlanningError(Category.REFUSED, f"{mac} is the MAC address of the resource", "The first card stays.")
    nics = tuple(nic for nic in before.nics if nic.mac != mac)
    if nics == before.nics:
        raise PlanningError(Category.NOT_FOUND, f"VM {before.name} has no card {mac}", f"openqrm vm show {before.name}")
    return plan_change(intent, before, replace(before, nics=nics), resource, planning)


def plan_add_disk(intent: AddDisk, planning: Planning) -> Plan:
    before, resource = get_vm(intent.name, planning)
    if intent.volume in before.disks:
        raise PlanningError(Category.CONFLICT, f"VM {before.name} has disk {intent.volume} already", "Name another.")
    return plan_change(intent, before, replace(before, disks=(*before.disks, intent.volume)), resource, planning)


def plan_remove_disk(intent: RemoveDisk, planning: Planning) -> Plan:
    before, resource = get_vm(intent.name, planning)
    if intent.volume not in before.disks:
        message = f"VM {before.name} has no disk {intent.volume}"
        raise PlanningError(Category.NOT_FOUND, message, f"openqrm vm show {before.name}")
    if _is_on(resource, planning):
        raise PlanningError(Category.CONFLICT, f"VM {before.name} is on", "Power it off: it writes to the disk.")
    disks = tuple(name for name in before.disks if name != intent.volume)
    return plan_change(intent, before, replace(before, disks=disks), resource, planning)


def _is_on(resource: Resource, planning: Planning) -> bool:
    seen = planning.facts.find(Observation, resource.name)
    return condition(resource, seen, planning.now_s) not in (Condition.OFF, Condition.UNKNOWN)


def plan_change(
    intent: Intent, before: VirtualMachine, after_: VirtualMachine, resource: Resource, planning: Planning
) -> Plan:
    """Record and resource first, so that more memory is booked before it is given."""
    if after_ == before:
        raise PlanningError(Category.CONFLICT, f"VM {before.name} is so already", "Name what is to differ.")
    refuse_bad_boot(after_)
    driver = planning.drivers.virtualization(after_.type)
    changed = replace(
        resource, cpu_count=after_.cpu_count, memory_mib=after_.memory_mib, nic_count=len(after_.nics),
        boot=resource_boot(after_),
    )  # fmt: skip
    steps = [Step(id="record", action=put(after_, before, f"Change VM {after_.name}"), why=ASKED)]
    if changed != resource:
        action = put(changed, resource, f"Change resource {after_.name}")
        steps.append(Step(id="resource", action=action, why="it is the VM's", needs=("record",)))
    if after_.memory_mib > before.memory_mib:
        steps.append(fits_step(resource.host, after_.name, steps[-1].id))
    new = [name for name in after_.disks if name not in before.disks]
    steps += attach_steps(new, after_.name, planning, steps[-1].id)
    had = driver.plan_define(resource.host, before, disks_of(before, resource.host, planning))
    was = {step.id: step for step in had}
    given = driver.plan_define(resource.host, after_, disks_of(after_, resource.host, planning))
    # undone, it has the hardware that it had; by itself a definition is undone by taking the VM away
    given = tuple(replace(step, back=was[step.id].action if step.id in was else None) for step in given)
    steps += after(given, steps[-1].id)
    old = [name for name in before.disks if name not in after_.disks]
    steps += detach_steps(old, planning, steps[-1].id)
    plan = plan_of(intent, f"Change VM {after_.name}", steps, about=after_, past="changed")
    return replace(plan, on_failure=OnFailure.UNDO, locks=locks_of(after_, (*new, *old)))


PLANNERS = {
    EditVm: plan_edit_vm,
    AddNic: plan_add_nic,
    RemoveNic: plan_remove_nic,
    AddDisk: plan_add_disk,
    RemoveDisk: plan_remove_disk,
}
