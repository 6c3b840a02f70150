"""Resources: what is known of machines, and what an operator may change of it by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_address, parse_host_key, parse_mac
from openqrm.domain.plan import Plan, Step
from openqrm.domain.resource import SELF, Bmc, Condition, Observation, Resource, Ssh, condition
from openqrm.domain.storage import Storage
from openqrm.domain.user import Role
from openqrm.planning.fields import HostKey, Line, Mac, Name, NameOrNone, Port, Size, Text, UnixUser
from openqrm.planning.record_plans import ASKED, new_name, plan_of, plan_put, refuse_in_use
from openqrm.plugin_api.actions import remove
from openqrm.plugin_api.intents import Intent, Query, Secret, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery, Related
from openqrm.plugin_api.planning import Planning, Reading

T = TypeVar("T")
SIGHT = ("name", "power", "milestone", "profile", "last_seen_s")  # of an Observation
Place = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._-]{0,30}(/[0-9]{1,3})?)?$(?!\n)", max_length=35)]
REMOVABLE = frozenset({Condition.UNKNOWN, Condition.OFF, Condition.LOST})


class ResourceRow(msgspec.Struct):
    """A resource in a list."""

    name: str
    condition: Condition
    claimed_by: str
    mac: str
    address: str
    type: str
    cpu_count: int
    memory_mib: int
    milestone: str
    bmc: str
    place: str
    comment: str


class ResourceDetails(msgspec.Struct):
    """All that is wanted of a resource, known of it, and seen of it."""

    resource: Resource
    condition: Condition
    seen: Observation | None


class ListResources(ListQuery, noun="resource", verb="list", role=Role.READ_ONLY):
    """List the resources with their conditions."""

    condition: Annotated[Condition | None, Meta(description="only those in this condition")] = None


class ShowResource(Query, noun="resource", verb="show", role=Role.READ_ONLY):
    """Show one resource: hardware, condition, the last statistics."""

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]


class AddResource(Intent, noun="resource", verb="add", role=Role.OPERATOR):
    """Add a machine by hand.

    Machines that boot from the network appear by themselves. A closed machine that can run no agent, such as a
    storage box, is added with managed=false. With `ssh_host_key` openQRM reaches it by SSH at its address, once
    the key that `resource show openqrm` tells as `own_key` is in that user's authorized_keys.
    """

    name: Annotated[Name, Meta(description="a name for it")]
    mac: Annotated[Mac, Meta(description="the MAC address of its first network card")]
    address: Annotated[Line, Meta(description="its IP address, where it has a fixed one")] = ""
    managed: Annotated[bool, Meta(description="whether an agent can run on it")] = True
    ssh_user: Annotated[UnixUser, Meta(description="user to sign in as by SSH; empty: root")] = ""
    ssh_port: Annotated[Port, Meta(description="port of its SSH; 0: the usual one")] = 0
    ssh_host_key: Annotated[HostKey, Meta(description="its SSH host key, as ssh-keyscan prints it")] = ""
    place: Annotated[Place, Meta(description="where it stands: RACK, or RACK/UNIT like r4/17")] = ""
    comment: Annotated[Text, Meta(description="free text")] = ""


class EditResource(Intent, noun="resource", verb="edit", role=Role.OPERATOR):
    """Change what is known of a resource; what is not given stays.

    `bmc_driver` names the power plugin (redfish, ipmi, …) that reaches its management controller.
    """

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    address: Annotated[Line | None, Meta(description="its IP address")] = None
    bmc_driver: Annotated[
        NameOrNone | None, refers_to("plugin", category="power"), Meta(description="the power plugin; empty: none")
    ] = None
    bmc_address: Annotated[Line | None, Meta(description="address of the management controller")] = None
    bmc_port: Annotated[Port | None, Meta(description="port of the management controller; 0: the usual one")] = None
    bmc_user: Annotated[Line | None, Meta(description="user of the management controller")] = None
    bmc_password: Annotated[
        Annotated[Secret, Meta(max_length=200)] | None, Meta(description="password of that user")
    ] = None
    bmc_system: Annotated[Line | None, Meta(description="Redfish: path of the system")] = None
    ssh_user: Annotated[UnixUser | None, Meta(description="user to sign in as by SSH; empty: root")] = None
    ssh_port: Annotated[Port | None, Meta(description="port of its SSH; 0: the usual one")] = None
    ssh_host_key: Annotated[
        HostKey | None, Meta(description="its SSH host key, as ssh-keyscan prints it; empty: no SSH")
    ] = None
    timeout_s: Annotated[Size | None, Meta(description="seconds of silence until it counts as lost")] = None
    place: Annotated[Place | None, Meta(description="where it stands: RACK, or RACK/UNIT like r4/17")] = None
    comment: Annotated[Text | None, Meta(description="free text")] = None


class SetResourceBoot(Intent, noun="resource", verb="boot", role=Role.OPERATOR):
    """Have a resource boot from the network or from its own disk from now on."""

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    boot: Annotated[Literal["net", "local"], Meta(description="net or local")]


class RemoveResource(Intent, noun="resource", verb="remove", role=Role.OPERATOR):
    """Forget a resource.

    Only one that no appliance or storage uses, and that is off, lost or was never seen: a machine that still
    answers would appear again at once.
    """

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    force: Annotated[bool, Meta(description="although it still answers")] = False


def plan_add_resource(intent: AddResource, planning: Planning) -> Plan:
    facts, mac = planning.facts, parse_mac(intent.mac)
    new_name(facts, Resource, intent.name)
    if taken := facts.list(Resource, mac=mac):
        message = f"{mac} is the MAC address of resource {taken[0].name}"
        raise PlanningError(
            Category.CONFLICT, message, "Edit that resource, or look at the label of the machine again."
        )
    address = parse_address(intent.address) if intent.address else ""
    ssh = _ssh(Ssh(), intent)
    _refuse_without_address(ssh, address, intent.name)
    record = Resource(
        name=intent.name, mac=mac, address=address, managed=intent.managed, ssh=ssh, place=intent.place,
        comment=intent.comment,
    )  # fmt: skip
    _refuse_new_way(None, record, planning)
    return plan_put(intent, record)


def _ssh(before: Ssh, intent: AddResource | EditResource) -> Ssh:
    key = intent.ssh_host_key
    return replace(
        before,
        user=_or(intent.ssh_user, before.user),
        port=_or(intent.ssh_port, before.port),
        host_key=parse_host_key(key) if key else _or(key, before.host_key),
    )


def _refuse_without_address(ssh: Ssh, address: str, name: str) -> None:
    if ssh.host_key and not address:
        message = f"resource {name} has an SSH host key, and no address to reach it at"
        raise PlanningError(Category.BAD_INPUT, message, "Give its address too.")


def _refuse_new_way(before: Resource | None, after: Resource, planning: Planning) -> None:
    """openQRM is root by SSH wherever its key lies, on hosts and storages too, whatever they are called here."""
    had = (before.ssh, before.address) if before else None
    if planning.role < Role.ADMINISTRATOR and after.ssh.host_key and had != (after.ssh, after.address):
        message = "only administrators say where openQRM signs in by SSH"
        raise PlanningError(Category.REFUSED, message, "Leave that out, or have an administrator do it.")


def _refuse_other_ear(before: Bmc, after: Bmc, password: str | None) -> None:
    """The password that is known is for the management controller that it was given for, and for no other."""
    moved = (before.driver, before.address, before.port) != (after.driver, after.address, after.port)
    if before.secret and after.driver and moved and password is None:
        message = f"the password that is known is for {before.driver} at {before.address}"
        raise PlanningError(Category.BAD_INPUT, message, "Give bmc_password too, for the one there.")


def plan_edit_resource(intent: EditResource, planning: Planning) -> Plan:
    before = planning.facts.get(Resource, intent.name)
    bmc = replace(
        before.bmc,
        driver=_or(intent.bmc_driver, before.bmc.driver),
        address=_or(intent.bmc_address, before.bmc.address),
        port=_or(intent.bmc_port, before.bmc.port),
        user=_or(intent.bmc_user, before.bmc.user),
        secret=_or(intent.bmc_password, before.bmc.secret),
        system=_or(intent.bmc_system, before.bmc.system),
    )
    after = replace(
        before,
        bmc=bmc,
        ssh=_ssh(before.ssh, intent),
        address=parse_address(intent.address) if intent.address else _or(intent.address, before.address),
        timeout_s=_or(intent.timeout_s, before.timeout_s),
        place=_or(intent.place, before.place),
        comment=_or(intent.comment, before.comment),
    )
    _refuse_without_address(after.ssh, after.address, after.name)
    _refuse_new_way(before, after, planning)
    _refuse_other_ear(before.bmc, bmc, intent.bmc_password)
    if bmc.driver:
        planning.drivers.power(after)  # refuses a driver that no plugin has
    return plan_put(intent, after, before)


def _or(value: T | None, before: T) -> T:
    return before if value is None else value


def plan_set_resource_boot(intent: SetResourceBoot, planning: Planning) -> Plan:
    before = planning.facts.get(Resource, intent.name)
    return plan_put(intent, replace(before, boot=intent.boot), before)


def plan_remove_resource(intent: RemoveResource, planning: Planning) -> Plan:
    """Its observation goes with it; a profile would mean that an appliance still has it."""
    facts = planning.facts
    resource = facts.get(Resource, intent.name)
    if resource.name == SELF:
        raise PlanningError(Category.REFUSED, f"{SELF} is the machine openQRM itself runs on", "It cannot be removed.")
    users = [*facts.list(Storage, resource=resource.name), *facts.list(Resource, host=resource.name)]
    users += [a for a in facts.list(Appliance, name=resource.claimed_by) if resource.claimed_by]
    users += facts.list(BootProfile, name=resource.name)
    refuse_in_use(resource, users, "Stop the appliance, remove the storage or the virtual machines first.")
    seen = facts.find(Observation, resource.name)
    now = condition(resource, seen, planning.now_s)
    if now not in REMOVABLE and not intent.force:
        hint = "Power it off first; or say force, and it will appear again when it boots."
        raise PlanningError(Category.CONFLICT, f"resource {resource.name} is {now}", hint)
    say = f"Remove resource {resource.name}"
    steps = [Step(id="record", action=remove(resource, say), why=ASKED)]
    if seen is not None:
        steps.append(Step(id="seen", action=remove(seen, f"Forget what was seen of {resource.name}"), why=ASKED))
    return plan_of(intent, say, steps, about=resource)


def resource_rows(resources: Sequence[Resource], related: Related, reading: Reading) -> list[ResourceRow]:
    """Rows of a list."""
    now_s, seen = reading.world.now_s(), sights(related, [each.name for each in resources])
    return [resource_row(each, seen.get(each.name), now_s) for each in resources]


def sights(related: Related, resources: Collection[str]) -> dict[str, Observation]:
    """What was last seen of these resources, as far as their condition and milestone go; by name."""
    return {each.name: each for each in related.among(Observation, "name", resources, SIGHT)}


def resource_row(resource: Resource, seen: Observation | None, now_s: float) -> ResourceRow:
    """As a list has it."""
    return ResourceRow(
        name=resource.name, condition=condition(resource, seen, now_s), claimed_by=resource.claimed_by,
        mac=resource.mac, address=resource.address, type=resource.type, cpu_count=resource.cpu_count,
        memory_mib=resource.memory_mib, milestone=seen.milestone if seen else "", bmc=resource.bmc.driver,
        place=resource.place, comment=resource.comment,
    )  # fmt: skip


def answer_show_resource(query: ShowResource, reading: Reading) -> ResourceDetails:
    resource = reading.facts.get(Resource, query.name)
    seen = reading.facts.find(Observation, resource.name)
    return ResourceDetails(resource, condition(resource, seen, reading.world.now_s()), seen)


PLANNERS = {
    AddResource: plan_add_resource,
    EditResource: plan_edit_resource,
    SetResourceBoot: plan_set_resource_boot,
    RemoveResource: plan_remove_resource,
}
ANSWERS = {ShowResource: answer_show_resource}
LISTS = {
    ListResources: Listing(
        Resource, ResourceRow, resource_rows,
        fields=(
            "name", "claimed_by", "mac", "address", "type", "cpu_count", "memory_mib", "bmc", "place", "comment",
            "managed", "timeout_s",
        ),
    )
}  # fmt: skip
