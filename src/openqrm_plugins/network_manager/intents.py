"""What may be asked of the networks of hosts."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.plugin_api import (
    SELF,
    BootProfile,
    Category,
    Intent,
    OnFailure,
    Plan,
    PlanningError,
    Query,
    Resource,
    Role,
    Step,
    parse_address,
    refers_to,
)
from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.planning import Planning, Reading
from openqrm_plugins.network_manager.actions import PutIntoBridge, RemoveBridge
from openqrm_plugins.network_manager.bridge import Bridge
from openqrm_plugins.network_manager.host_files import find_ours, list_links

Interface = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,14}$(?!\n)")]
Card = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,10}$(?!\n)")]  # room for the VLAN in 15 signs
Vlan = Annotated[int, Meta(ge=0, le=4094)]
NetworkText = Annotated[str, Meta(pattern=r"^([0-9A-Fa-f.:]{2,45}/[0-9]{1,3})?$(?!\n)")]
AddressText = Annotated[str, Meta(pattern=r"^([0-9A-Fa-f.:]{2,45})?$(?!\n)")]
TRIES = 8  # with pauses that double: longer than the host's patience


class BridgeRow(msgspec.Struct):
    """A bridge of a host; `is_ours` when openQRM made it."""

    name: str
    ports: list[str]
    networks: list[str]
    is_ours: bool


class ListBridges(Query, noun="bridge", verb="list", role=Role.OPERATOR):
    """List the bridges of a host, with what is in them."""

    resource: Annotated[Name, refers_to("resource"), Meta(description="the host")]


class CreateBridge(Intent, noun="bridge", verb="create", role=Role.ADMINISTRATOR):
    """Put a network card of a host into a bridge, by itself or by a VLAN on it.

    The host tries it first. Only when it is reached over a new connection it keeps it, for its next boots too; a host
    that is cut off goes back by itself.
    """

    resource: Annotated[Name, refers_to("resource"), Meta(description="the host, which is reached by SSH")]
    bridge: Annotated[Interface, Meta(description="a name for the bridge, such as br0")]
    card: Annotated[Card, Meta(description="the network card, such as eth0")]
    vlan: Annotated[Vlan, Meta(description="the VLAN on that card; 0: none")] = 0
    address: Annotated[
        NetworkText, Meta(description="address of the bridge with its prefix; empty: all that the card has")
    ] = ""
    gateway: Annotated[AddressText, Meta(description="default gateway; empty: as it is")] = ""


class RemoveABridge(Intent, noun="bridge", verb="remove", role=Role.ADMINISTRATOR):
    """Take a bridge away that openQRM made; its card gets the addresses back."""

    resource: Annotated[Name, refers_to("resource"), Meta(description="the host")]
    bridge: Annotated[Interface, Meta(description="the bridge")]


def plan_create(intent: CreateBridge, planning: Planning) -> Plan:
    """One step, which the host takes back by itself when it is cut off."""
    resource = _reached(intent.resource, planning)
    bridge = Bridge(intent.bridge, intent.card, intent.vlan, _network(intent.address), _address(intent.gateway))
    if bridge.name == bridge.card:
        raise PlanningError(Category.BAD_INPUT, f"{bridge.name} is the card itself", "Choose another name, like br0.")
    patience_s = planning.settings.patience_s
    step = Step(
        id="bridge", action=PutIntoBridge(resource.name, bridge, patience_s), why="it was asked for",
        host=resource.name, attempts=TRIES, deadline_s=10.0 * patience_s,
        notice=f"{resource.name} may not answer for some seconds",
    )  # fmt: skip
    title = f"Put {bridge.port} of {resource.name} into bridge {bridge.name}"
    return replace(_plan(intent, title, step, resource), topic_done="host.bridge-created")


def plan_remove(intent: RemoveABridge, planning: Planning) -> Plan:
    resource = _reached(intent.resource, planning)
    action = RemoveBridge(resource.name, intent.bridge)
    step = Step(id="remove", action=action, why="it was asked for", host=resource.name, attempts=TRIES)
    plan = _plan(intent, action.describe(), step, resource)
    return replace(plan, on_failure=OnFailure.HOLD, topic_done="host.bridge-removed")


def _plan(intent: Intent, title: str, step: Step, resource: Resource) -> Plan:
    return Plan(
        title=title, steps=(step,), intent=f"{intent.noun}.{intent.verb}", locks=(resource.ref,), about=resource.ref
    )


def _reached(name: str, planning: Planning) -> Resource:
    """By SSH, and with a root of its own: what comes over the very card cannot be taken off it."""
    resource, profile = planning.facts.get(Resource, name), planning.facts.find(BootProfile, name)
    if name == SELF or not resource.ssh.host_key:
        message = f"{name} is not reached by SSH, so nobody would notice that it is cut off"
        raise PlanningError(Category.UNSUPPORTED, message, "Take a host that is, or log in and do it by hand.")
    if profile is not None and not profile.is_local:
        message = f"{name} runs from the network, and would lose its root with the card"
        raise PlanningError(Category.UNSUPPORTED, message, "Have its image make the bridge while it boots.")
    return resource


def _network(text: str) -> str:
    if not text:
        return ""
    try:
        return ip_interface(text).with_prefixlen
    except ValueError as error:
        message = f"{text} is no address with a prefix: {error}"
        raise PlanningError(Category.BAD_INPUT, message, "Write it like 10.0.0.5/24.") from None


def _address(text: str) -> str:
    return parse_address(text) if text else ""


def answer_bridges(query: ListBridges, reading: Reading) -> list[BridgeRow]:
    host = reading.world.host(reading.facts.get(Resource, query.resource).name)
    links = list_links(host)
    return [
        BridgeRow(
            link.ifname,
            [each.ifname for each in links if each.master == link.ifname],
            list(link.networks),
            find_ours(host, link.ifname) is not None,
        )
        for link in links
        if link.linkinfo.get("info_kind") == "bridge"
    ]


PLANNERS = {CreateBridge: plan_create, RemoveABridge: plan_remove}
ANSWERS = {ListBridges: answer_bridges}
