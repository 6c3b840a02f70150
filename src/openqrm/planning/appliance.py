"""Appliances: what is wanted to run, and with which parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.domain.appliance import Appliance, ApplianceCondition, appliance_condition
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.network import Network
from openqrm.domain.plan import Plan, StoredPlan
from openqrm.domain.resource import PHYSICAL, Condition, Observation, Resource, condition
from openqrm.domain.storage import Image
from openqrm.domain.user import Role
from openqrm.planning.fields import Name, NameOrNone, Size, Text
from openqrm.planning.record_plans import edited, new_name, plan_put, plan_remove, record_of
from openqrm.plugin_api.intents import Intent, Query, refers_to
from openqrm.plugin_api.listing import ListQuery
from openqrm.plugin_api.planning import Planning, Reading
from openqrm.ports.records import Facts

ALIVE = frozenset({Condition.ASSIGNED, Condition.IDLE})


class ApplianceDetails(msgspec.Struct):
    """An appliance, where it runs, and what it is in."""

    appliance: Appliance
    condition: ApplianceCondition
    resource: str
    address: str
    milestone: str
    plan: str


class ListAppliances(ListQuery, noun="appliance", verb="list", role=Role.READ_ONLY):
    """List the appliances with their conditions."""


class ShowAppliance(Query, noun="appliance", verb="show", role=Role.READ_ONLY):
    """Show one appliance."""

    name: Annotated[Name, refers_to("appliance"), Meta(description="the appliance")]


class CreateAppliance(Intent, noun="appliance", verb="create", role=Role.OPERATOR):
    """Create an appliance: kernel, image, and what it needs of a resource.

    Without `resource` any that fits is taken at each start. Requirements are lower bounds, 0 stands for any. A
    resource that has never booted is given a free address of `network`.
    """

    name: Annotated[Name, Meta(description="a name for it; it becomes its host name")]
    image: Annotated[Name, refers_to("image"), Meta(description="the image it runs from")]
    kernel: Annotated[NameOrNone, refers_to("kernel"), Meta(description="the kernel; empty: the default one")] = ""
    resource: Annotated[
        NameOrNone, refers_to("resource"), Meta(description="always this resource; empty: any that fits")
    ] = ""
    machine_type: Annotated[Name, Meta(description="physical, or the VM type of a plugin")] = PHYSICAL
    cpu_count: Annotated[Size, Meta(description="CPUs at least")] = 0
    cpu_mhz: Annotated[Size, Meta(description="MHz at least")] = 0
    memory_mib: Annotated[Size, Meta(description="memory in MiB at least")] = 0
    nic_count: Annotated[Size, Meta(description="network cards at least")] = 0
    network: Annotated[
        NameOrNone, refers_to("network"), Meta(description="the network its resource has its address on; empty: any")
    ] = ""
    highly_available: Annotated[bool, Meta(description="started elsewhere when its resource fails")] = False
    carries: Annotated[
        NameOrNone,
        refers_to("plugin", category="virtualization"),
        Meta(description="make its resource a host of VMs of this type, such as kvm"),
    ] = ""
    comment: Annotated[Text, Meta(description="free text")] = ""


class EditAppliance(Intent, noun="appliance", verb="edit", role=Role.OPERATOR):
    """Change requirements or comment; what is not given stays, and it holds from the next start on.

    Kernel, image and resource are changed by `appliance switch`.
    """

    name: Annotated[Name, refers_to("appliance"), Meta(description="the appliance")]
    machine_type: Annotated[Name | None, Meta(description="physical, or the VM type of a plugin")] = None
    cpu_count: Annotated[Size | None, Meta(description="CPUs at least")] = None
    cpu_mhz: Annotated[Size | None, Meta(description="MHz at least")] = None
    memory_mib: Annotated[Size | None, Meta(description="memory in MiB at least")] = None
    nic_count: Annotated[Size | None, Meta(description="network cards at least")] = None
    network: Annotated[
        NameOrNone | None,
        refers_to("network"),
        Meta(description="the network its resource has its address on; empty: any"),
    ] = None
    highly_available: Annotated[bool | None, Meta(description="started elsewhere when its resource fails")] = None
    carries: Annotated[
        NameOrNone | None,
        refers_to("plugin", category="virtualization"),
        Meta(description="the type of VMs its resource is a host of"),
    ] = None
    comment: Annotated[Text | None, Meta(description="free text")] = None


class RemoveAppliance(Intent, noun="appliance", verb="remove", role=Role.OPERATOR):
    """Remove a stopped appliance. Its image and volume stay."""

    name: Annotated[Name, refers_to("appliance"), Meta(description="the appliance")]


def default_kernel(planning: Planning) -> str:
    """The kernel to take when none is named."""
    for kernel in planning.facts.list(Kernel, default=True):
        return kernel.name
    raise PlanningError(Category.NOT_FOUND, "there is no default kernel", "Add a kernel first (kernel add).")


def check_parts(appliance: Appliance, planning: Planning) -> None:
    """Kernel, image, resource and network exist, and no other appliance has the image."""
    facts = planning.facts
    check_network(appliance, facts)
    facts.get(Kernel, appliance.kernel)
    facts.get(Image, appliance.image)
    if appliance.resource:
        facts.get(Resource, appliance.resource)
    others = [other.name for other in facts.list(Appliance, image=appliance.image) if other.name != appliance.name]
    if others:
        message = f"image {appliance.image} belongs to appliance {others[0]}"
        raise PlanningError(Category.CONFLICT, message, "Clone its volume and make an image of the clone.")


def check_network(appliance: Appliance, facts: Facts) -> None:
    """It exists."""
    if appliance.network:
        facts.get(Network, appliance.network)


def plan_create_appliance(intent: CreateAppliance, planning: Planning) -> Plan:
    new_name(planning.facts, Appliance, intent.name)
    record = record_of(Appliance, msgspec.structs.replace(intent, kernel=intent.kernel or default_kernel(planning)))
    check_parts(record, planning)
    return plan_put(intent, record)


def plan_edit_appliance(intent: EditAppliance, planning: Planning) -> Plan:
    before = planning.facts.get(Appliance, intent.name)
    after = edited(before, intent)
    check_network(after, planning.facts)
    return plan_put(intent, after, before)


def plan_remove_appliance(intent: RemoveAppliance, planning: Planning) -> Plan:
    facts = planning.facts
    appliance = facts.get(Appliance, intent.name)
    if appliance.wanted == "running" or facts.list(Resource, claimed_by=appliance.name):
        raise PlanningError(Category.CONFLICT, f"appliance {appliance.name} is not stopped", "Stop it first.")
    return plan_remove(intent, appliance)


def details(appliance: Appliance, reading: Reading, open_plans: Mapping[str, StoredPlan]) -> ApplianceDetails:
    """`open_plans` are, by reference, the plans that have a hand on something."""
    claimed = next(iter(reading.facts.list(Resource, claimed_by=appliance.name)), None)
    seen = reading.facts.find(Observation, claimed.name) if claimed else None
    return details_of(appliance, claimed, seen, open_plans.get(appliance.ref), reading.world.now_s())


def details_of(
    appliance: Appliance, claimed: Resource | None, seen: Observation | None, plan: StoredPlan | None, now_s: float
) -> ApplianceDetails:
    """`claimed` is its resource, `seen` of that resource, `plan` an unfinished one on this appliance."""
    wish = {"appliance.start": "running", "appliance.stop": "stopped"}.get(plan.plan.intent if plan else "")
    alive = claimed is not None and condition(claimed, seen, now_s) in ALIVE
    return ApplianceDetails(
        appliance=appliance,
        condition=appliance_condition(
            appliance.name, wish or appliance.wanted, seen, plan.state if plan else "", alive=alive
        ),
        resource=claimed.name if claimed else "",
        address=claimed.address if claimed else "",
        milestone=seen.milestone if seen and seen.profile == appliance.name else "",
        plan=plan.id if plan else "",
    )


PLANNERS = {
    CreateAppliance: plan_create_appliance,
    EditAppliance: plan_edit_appliance,
    RemoveAppliance: plan_remove_appliance,
}
