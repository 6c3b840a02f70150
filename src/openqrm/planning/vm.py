"""Virtual machines: what hardware is wanted of them, and their resources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.storage import Storage
from openqrm.domain.user import Role
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.fields import Line, Mac, Name, NameOrNone, Text
from openqrm.planning.host import get_host
from openqrm.planning.order import after
from openqrm.planning.placement import Policy, choose_host
from openqrm.planning.record_plans import ASKED, new_name, plan_of, refuse_in_use, removing
from openqrm.planning.resource import sights
from openqrm.planning.resource_power import note_power
from openqrm.planning.vm_isos import with_iso
from openqrm.planning.vm_parts import (
    Boot,
    Bridge,
    Count,
    Memory,
    attach_steps,
    detach_steps,
    disks_of,
    fits_step,
    get_vm,
    locks_of,
    need_of,
    nic_of,
    refuse_bad_boot,
    resource_boot,
)
from openqrm.plugin_api.actions import put, remove
from openqrm.plugin_api.drivers import SeedsMachines
from openqrm.plugin_api.intents import Intent, Query, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery, Related
from openqrm.plugin_api.planning import Planning, Reading


class VmDetails(msgspec.Struct):
    """A VM, where it is and what it is in."""

    vm: VirtualMachine
    host: str
    condition: Condition
    claimed_by: str
    address: str


class ForeignRow(msgspec.Struct):
    """A VM as its host shows it. One that is not ours is shown, and never touched."""

    name: str
    ours: bool
    power: str
    cpu_count: int
    memory_mib: int


class ListVms(ListQuery, noun="vm", verb="list", role=Role.READ_ONLY):
    """List the virtual machines."""

    host: Annotated[NameOrNone, refers_to("host"), Meta(description="only those on this host")] = ""


class ShowVm(Query, noun="vm", verb="show", role=Role.READ_ONLY):
    """Show one virtual machine."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]


class InspectVms(Query, noun="vm", verb="inspect", role=Role.OPERATOR):
    """List what a host itself says it carries, ours or not."""

    host: Annotated[Name, refers_to("host"), Meta(description="the host")]


class CreateVm(Intent, noun="vm", verb="create", role=Role.OPERATOR):
    """Create a virtual machine on a host that has room, and with it a resource of the same name.

    It is off until it is powered on or an appliance starts on it. One that boots from the network becomes an idle
    resource as a physical machine does.
    """

    name: Annotated[Name, Meta(description="a name for it and its resource")]
    type: Annotated[
        Name,
        refers_to("plugin", category="virtualization"),
        Meta(description="its type: the id of a virtualization plugin, such as kvm"),
    ] = "kvm"
    host: Annotated[NameOrNone, refers_to("host"), Meta(description="the host; empty: one that has room")] = ""
    policy: Annotated[Policy, Meta(description="which of the hosts that have room")] = "most-memory"
    cpu_count: Annotated[Count, Meta(description="CPUs")] = 1
    memory_mib: Annotated[Memory, Meta(description="memory in MiB")] = 1024
    bridge: Annotated[Bridge, Meta(description="the host's bridge that its first network card is on")] = "br0"
    mac: Annotated[Mac | Literal[""], Meta(description="MAC address of that card; empty: made up")] = ""
    disk: Annotated[
        NameOrNone, refers_to("volume"), Meta(description="a volume on the host that is its own disk; empty: none")
    ] = ""
    iso: Annotated[Line, Meta(description="path of an ISO image in its drive, as `host isos` tells")] = ""
    boot: Annotated[Boot, Meta(description="net, disk or iso")] = "net"
    comment: Annotated[Text, Meta(description="free text")] = ""


class RemoveVm(Intent, noun="vm", verb="remove", role=Role.OPERATOR):
    """Remove a virtual machine and its resource. Its volumes stay."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]


def plan_create_vm(intent: CreateVm, planning: Planning) -> Plan:
    """Booked by its record first: the look for room that follows sees it, and so does every other plan's."""
    facts = planning.facts
    new_name(facts, VirtualMachine, new_name(facts, Resource, intent.name))
    driver = planning.drivers.virtualization(intent.type)
    disks = (intent.disk,) if intent.disk else ()
    vm = VirtualMachine(
        name=intent.name, type=intent.type, cpu_count=intent.cpu_count, memory_mib=intent.memory_mib, disks=disks,
        nics=(nic_of(intent.name, intent.bridge, intent.mac, planning),), iso=intent.iso, boot=intent.boot,
        comment=intent.comment,
    )  # fmt: skip
    refuse_bad_boot(vm)
    host = choose_host(need_of(vm, planning), vm.type, intent.host, intent.policy, "", planning)
    resource = Resource(
        name=vm.name, mac=vm.nics[0].mac, type=vm.type, host=host, boot=resource_boot(vm), cpu_count=vm.cpu_count,
        memory_mib=vm.memory_mib, nic_count=1,
    )  # fmt: skip
    given = driver.plan_define(host, vm, disks_of(vm, host, planning))
    steps = [
        Step(id="record", action=put(vm, None, f"Create VM {vm.name}"), why=f"{host} has room for it"),
        Step(id="resource", action=put(resource, None, f"Create resource {vm.name}"), why="a VM is a resource",
             needs=("record",)),
        fits_step(host, vm.name, "resource"),
        *attach_steps(disks, vm.name, planning, "fits"),
        *after((*given, *note_power(resource, "off", planning)), "fits"),
    ]  # fmt: skip
    looked = with_iso(steps, vm, host, planning)
    plan = plan_of(intent, f"Create VM {vm.name} on {host}", looked, about=vm, past="created")
    return replace(plan, on_failure=OnFailure.UNDO, locks=locks_of(vm, vm.disks), reversal=removing(vm))


def plan_remove_vm(intent: RemoveVm, planning: Planning) -> Plan:
    facts = planning.facts
    vm, resource = get_vm(intent.name, planning)
    if resource.claimed_by:
        message = f"appliance {resource.claimed_by} runs on VM {vm.name}"
        raise PlanningError(Category.CONFLICT, message, "Stop it first.")
    refuse_in_use(resource, facts.list(Storage, resource=vm.name), "Remove these storages first.")
    driver = planning.drivers.virtualization(vm.type)
    disks = disks_of(vm, resource.host, planning)
    gone = [*driver.plan_off(resource)]
    gone += after(driver.plan_remove(resource.host, vm, disks), gone[-1].id)
    if isinstance(driver, SeedsMachines):
        gone += after(driver.plan_unseed(resource.host, vm), gone[-1].id)
    gone += detach_steps(vm.disks, planning, gone[-1].id)
    records = [vm, resource, *([seen] if (seen := facts.find(Observation, vm.name)) else [])]
    steps = [
        Step(id=f"record-{each.kind}", action=remove(each, f"Remove {each.kind} {each.name}"), why=ASKED)
        for each in records
    ]  # fmt: skip
    plan = plan_of(intent, f"Remove VM {vm.name} from {resource.host}", [*gone, *after(tuple(steps), gone[-1].id)],
                   about=vm)  # fmt: skip
    return replace(plan, on_failure=OnFailure.HOLD, locks=locks_of(vm, vm.disks))


def vm_rows(vms: Sequence[VirtualMachine], related: Related, reading: Reading) -> list[VmDetails]:
    """Rows of a list. One without a resource is about to go, or to come."""
    now_s, names = reading.world.now_s(), [each.name for each in vms]
    fields = ("name", "host", "claimed_by", "address", "managed", "timeout_s")
    resources = {each.name: each for each in related.among(Resource, "name", names, fields)}
    seen = sights(related, names)
    return [_details(vm, resources[vm.name], seen.get(vm.name), now_s) for vm in vms if vm.name in resources]


def answer_show_vm(query: ShowVm, reading: Reading) -> VmDetails:
    facts = reading.facts
    vm, resource = facts.get(VirtualMachine, query.name), facts.get(Resource, query.name)
    return _details(vm, resource, facts.find(Observation, vm.name), reading.world.now_s())


def _details(vm: VirtualMachine, resource: Resource, seen: Observation | None, now_s: float) -> VmDetails:
    return VmDetails(vm, resource.host, condition(resource, seen, now_s), resource.claimed_by, resource.address)


def answer_inspect_vms(query: InspectVms, reading: Reading) -> list[ForeignRow]:
    facts = reading.facts
    host = get_host(query.host, facts)
    ours = {each.name for each in facts.list(Resource, host=host.name)}
    found = reading.drivers.virtualization(host.carries).list_machines(reading.world, host)
    return [ForeignRow(each.name, each.name in ours, each.power, each.cpu_count, each.memory_mib) for each in found]


PLANNERS = {
    CreateVm: plan_create_vm,
    RemoveVm: plan_remove_vm,
}
ANSWERS = {ShowVm: answer_show_vm, InspectVms: answer_inspect_vms}
LISTS = {ListVms: Listing(VirtualMachine, VmDetails, vm_rows)}
