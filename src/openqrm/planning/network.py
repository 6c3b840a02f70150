"""Networks: the subnets that addresses are given on."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import Annotated, Any, Literal

from msgspec import Meta

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.network import Network
from openqrm.domain.plan import Plan
from openqrm.domain.user import Role
from openqrm.planning.fields import Line, Name, Text
from openqrm.planning.record_plans import edited, new_name, plan_put, plan_remove, record_of, refuse_in_use
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery
from openqrm.plugin_api.planning import Planning

Dhcp = Literal["full", "proxy", "off"]


class ListNetworks(ListQuery, noun="network", verb="list", role=Role.READ_ONLY):
    """List the networks."""


class CreateNetwork(Intent, noun="network", verb="create", role=Role.ADMINISTRATOR):
    """Create a network that addresses are given on.

    `first` to `last` are given to unknown machines; with `dhcp=proxy` another DHCP server gives the addresses.
    """

    name: Annotated[Name, Meta(description="a name for it")]
    cidr: Annotated[Line, Meta(description="the subnet, like 10.0.0.0/24")]
    interface: Annotated[Line, Meta(description="the interface of this machine on it")] = ""
    address: Annotated[Line, Meta(description="the address of this machine on it")] = ""
    first: Annotated[Line, Meta(description="first address for unknown machines")] = ""
    last: Annotated[Line, Meta(description="last address for unknown machines")] = ""
    gateway: Annotated[Line, Meta(description="the router")] = ""
    nameserver: Annotated[Line, Meta(description="the name server")] = ""
    domain: Annotated[Line, Meta(description="the domain of its names")] = ""
    dhcp: Annotated[Dhcp, Meta(description="full, proxy (beside another DHCP server) or off")] = "full"
    comment: Annotated[Text, Meta(description="free text")] = ""


class EditNetwork(Intent, noun="network", verb="edit", role=Role.ADMINISTRATOR):
    """Change a network; what is not given stays."""

    name: Annotated[Name, refers_to("network"), Meta(description="the network")]
    cidr: Annotated[Line | None, Meta(description="the subnet")] = None
    interface: Annotated[Line | None, Meta(description="the interface of this machine on it")] = None
    address: Annotated[Line | None, Meta(description="the address of this machine on it")] = None
    first: Annotated[Line | None, Meta(description="first address for unknown machines")] = None
    last: Annotated[Line | None, Meta(description="last address for unknown machines")] = None
    gateway: Annotated[Line | None, Meta(description="the router")] = None
    nameserver: Annotated[Line | None, Meta(description="the name server")] = None
    domain: Annotated[Line | None, Meta(description="the domain of its names")] = None
    dhcp: Annotated[Dhcp | None, Meta(description="full, proxy or off")] = None
    comment: Annotated[Text | None, Meta(description="free text")] = None


class RemoveNetwork(Intent, noun="network", verb="remove", role=Role.ADMINISTRATOR):
    """Remove a network; machines that have an address on it keep it until they boot again."""

    name: Annotated[Name, refers_to("network"), Meta(description="the network")]


def checked(network: Network) -> Network:
    """The network, its addresses in their shortest form. Raises PlanningError `bad_input`."""
    try:
        subnet = ipaddress.ip_network(network.cidr)
    except ValueError as error:
        raise PlanningError(
            Category.BAD_INPUT, f"{network.cidr[:80]!r}: {error}", "Write it like 10.0.0.0/24."
        ) from None
    fields = {name: getattr(network, name) for name in ("address", "first", "last", "gateway", "nameserver")}
    inside: dict[str, Any] = {name: _address(name, text, subnet) for name, text in fields.items() if text}
    if bool(network.first) != bool(network.last):
        raise PlanningError(Category.BAD_INPUT, "a range needs both ends", "Give first and last, or neither.")
    return replace(network, cidr=str(subnet), **inside)


def _address(field: str, text: str, subnet: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise PlanningError(
            Category.BAD_INPUT, f"{field}: {text[:80]!r} is not an IP address", "Write it like 10.0.0.7."
        ) from None
    if address not in subnet and field != "nameserver":
        raise PlanningError(Category.BAD_INPUT, f"{field} {address} is not in {subnet}", "Choose one of the subnet.")
    return str(address)


def plan_create_network(intent: CreateNetwork, planning: Planning) -> Plan:
    new_name(planning.facts, Network, intent.name)
    return plan_put(intent, checked(record_of(Network, intent)))


def plan_edit_network(intent: EditNetwork, planning: Planning) -> Plan:
    before = planning.facts.get(Network, intent.name)
    return plan_put(intent, checked(edited(before, intent)), before)


def plan_remove_network(intent: RemoveNetwork, planning: Planning) -> Plan:
    network = planning.facts.get(Network, intent.name)
    wanting = planning.facts.list(Appliance, network=network.name)
    refuse_in_use(network, wanting, "Give these appliances another network first (appliance edit).")
    return plan_remove(intent, network)


PLANNERS = {
    CreateNetwork: plan_create_network,
    EditNetwork: plan_edit_network,
    RemoveNetwork: plan_remove_network,
}
LISTS = {ListNetworks: Listing(Network)}
