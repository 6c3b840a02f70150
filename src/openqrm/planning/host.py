"""Hosts: resources that carry virtual machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.user import Role
from openqrm.domain.vm import Booking
from openqrm.planning.fields import Name, Size
from openqrm.planning.order import after
from openqrm.planning.placement import figure, room_as_seen
from openqrm.planning.record_plans import ASKED, plan_of, plan_put, refuse_in_use
from openqrm.planning.resource import SIGHT
from openqrm.plugin_api.actions import SetField
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.listing import FILLED, Listing, ListQuery, Related
from openqrm.plugin_api.planning import Planning, Reading
from openqrm.ports.records import Facts


class HostRow(msgspec.Struct):
    """A host in a list: what it reported last, and what its VMs have booked. `vm_limit` 0 is none."""

    name: str
    carries: str
    condition: Condition
    load: float
    cpu_percent: float
    memory_used_mib: int
    memory_mib: int
    booked_mib: int
    free_mib: int
    vm_count: int
    vm_limit: int
    cpu_count: int
    last_seen_s: float


class ListHosts(ListQuery, noun="host", verb="list", role=Role.READ_ONLY):
    """List the hosts with what they carry and what is free."""


class AddHost(Intent, noun="host", verb="add", role=Role.ADMINISTRATOR):
    """Make a resource a host of virtual machines.

    The plugin of that type sees that the resource can carry them, and notes its CPUs and memory.
    """

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    type: Annotated[
        Name,
        refers_to("plugin", category="virtualization"),
        Meta(description="the type of its VMs: the id of a virtualization plugin, such as kvm"),
    ]
    vm_limit: Annotated[Size, Meta(description="VMs at most; 0: as many as fit")] = 0


class EditHost(Intent, noun="host", verb="edit", role=Role.ADMINISTRATOR):
    """Change how many virtual machines a host takes at most."""

    name: Annotated[Name, refers_to("host"), Meta(description="the host")]
    vm_limit: Annotated[Size, Meta(description="VMs at most; 0: as many as fit")]


class RemoveHost(Intent, noun="host", verb="remove", role=Role.ADMINISTRATOR):
    """Let a host be a mere resource again. It must carry no virtual machine any more."""

    name: Annotated[Name, refers_to("host"), Meta(description="the host")]


def plan_add_host(intent: AddHost, planning: Planning) -> Plan:
    resource = planning.facts.get(Resource, intent.name)
    if resource.carries:
        message = f"{resource.name} is a host of {resource.carries} VMs already"
        raise PlanningError(Category.CONFLICT, message, "Remove it as a host first (openqrm host remove).")
    if resource.host:
        message = f"{resource.name} is a VM itself, on {resource.host}"
        raise PlanningError(Category.UNSUPPORTED, message, "Name a physical machine.")
    steps = take_up_steps(resource, intent.type, planning, "")
    if intent.vm_limit != resource.vm_limit:
        steps.append(Step(id="limit", action=_limit(resource, intent.vm_limit), why=ASKED, needs=("carries",)))
    plan = plan_of(intent, f"Make {resource.name} a host of {intent.type} VMs", steps, about=resource)
    return replace(plan, on_failure=OnFailure.UNDO, topic_done="host.added")


def _limit(resource: Resource, vm_limit: int) -> SetField:
    say = f"Let {resource.name} carry {vm_limit or 'any number of'} VMs"
    return SetField("resource", resource.name, "vm_limit", vm_limit, resource.vm_limit, say)


def take_up_steps(resource: Resource, type_: str, planning: Planning, need: str) -> list[Step]:
    """From a machine that runs to a host of VMs of this type."""
    seen_to = planning.drivers.virtualization(type_).plan_take_up(resource)
    say = f"Note that {resource.name} carries {type_} VMs"
    note = SetField("resource", resource.name, "carries", type_, resource.carries, say)
    return after((*seen_to, Step(id="carries", action=note, why="it can carry them")), need)


def let_go_step(resource: Resource, planning: Planning) -> Step:
    """From a host to a mere resource. Raises PlanningError `conflict` while it carries a VM."""
    carried = planning.facts.list(Resource, host=resource.name)
    refuse_in_use(resource, carried, "Move or remove these VMs first.")
    say = f"{resource.name} carries no VMs any more"
    note = SetField("resource", resource.name, "carries", "", resource.carries, say)
    return Step(id="carries", action=note, why="it is no host any more")


def plan_edit_host(intent: EditHost, planning: Planning) -> Plan:
    before = get_host(intent.name, planning.facts)
    return plan_put(intent, replace(before, vm_limit=intent.vm_limit), before)


def plan_remove_host(intent: RemoveHost, planning: Planning) -> Plan:
    resource = get_host(intent.name, planning.facts)
    plan = plan_of(
        intent, f"Let host {resource.name} be a mere resource", (let_go_step(resource, planning),), about=resource
    )
    return replace(plan, topic_done="host.removed")


def get_host(name: str, facts: Facts) -> Resource:
    """A resource that carries VMs. Raises PlanningError."""
    resource = facts.get(Resource, name)
    if not resource.carries:
        raise PlanningError(Category.NOT_FOUND, f"{name} is no host", "openqrm host list shows them.")
    return resource


def host_rows(hosts: Sequence[Resource], related: Related, reading: Reading) -> list[HostRow]:
    """Rows of a list."""
    names, now_s = [each.name for each in hosts], reading.world.now_s()
    seen = {each.name: each for each in related.among(Observation, "name", names, (*SIGHT, "connected", "statistics"))}
    booked, count = Counter[str](), Counter[str]()
    for vm in related.among(Resource, "host", names, ("host", "memory_mib")):
        booked[vm.host] += vm.memory_mib
        count[vm.host] += 1
    rows = []
    for host in hosts:
        booking = Booking(host=host.name, booked_mib=booked[host.name], vm_count=count[host.name])
        rows.append(_row(host, booking, seen.get(host.name), now_s))
    return rows


def _row(host: Resource, booking: Booking, seen: Observation | None, now_s: float) -> HostRow:
    room = room_as_seen(host, host.carries, booking, seen, now_s)
    return HostRow(
        name=room.host, carries=host.carries, condition=condition(host, seen, now_s), load=room.load,
        cpu_percent=figure(seen, "cpu_percent"), memory_used_mib=int(figure(seen, "memory_used_mib")),
        memory_mib=room.memory_mib, booked_mib=room.booked_mib, free_mib=max(0, room.free_mib),
        vm_count=room.vm_count, vm_limit=room.vm_limit, cpu_count=room.cpu_count,
        last_seen_s=seen.last_seen_s if seen else 0.0,
    )  # fmt: skip


PLANNERS = {AddHost: plan_add_host, EditHost: plan_edit_host, RemoveHost: plan_remove_host}
LISTS = {
    ListHosts: Listing(
        Resource, HostRow, host_rows, narrow=lambda _reading: {"carries": FILLED},
        fields=("name", "carries", "cpu_count", "memory_mib", "vm_limit", "managed", "timeout_s"),
    )
}  # fmt: skip
