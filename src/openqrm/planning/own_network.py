"""The interfaces of the machine openQRM runs on: whether its networks are on them, and what network to begin with."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from openqrm.domain.network import Network
from openqrm.plugin_api.checks import Check, Mend, Verdict, say

LOOKED_AT = say("interfaces of this machine")
NETWORKS = say("networks")
ADDRESSES = ("ip", "-json", "-4", "address", "show")
DEFAULT_ROUTE = ("ip", "-json", "-4", "route", "show", "default")
SMALLEST_BITS = 29  # of a prefix: below it there is no room for machines


@dataclass(frozen=True, kw_only=True)
class Interface:
    """One that is up and has an address. `leads_out`: the default route is by it."""

    name: str
    address: ipaddress.IPv4Interface
    leads_out: bool = False


class Local(msgspec.Struct):
    """An address as `ip -json address` tells it."""

    local: str
    prefixlen: int
    scope: str = ""


class Told(msgspec.Struct):
    """An interface as it tells it."""

    ifname: str
    flags: list[str] = []
    addr_info: list[Local] = []


class Route(msgspec.Struct):
    """A route as `ip -json route` tells it."""

    dev: str = ""


def parse_interfaces(addresses: str, routes: str) -> list[Interface]:
    """Of both commands' JSON. Raises msgspec.DecodeError when it is something else."""
    leading = {route.dev for route in msgspec.json.decode(routes or "[]", type=list[Route])}
    return [
        Interface(name=told.ifname, address=ipaddress.IPv4Interface(f"{each.local}/{each.prefixlen}"),
                  leads_out=told.ifname in leading)
        for told in msgspec.json.decode(addresses, type=list[Told])
        if "UP" in told.flags and "LOOPBACK" not in told.flags
        for each in told.addr_info
        if each.scope == "global"
    ]  # fmt: skip


def check_networks(networks: Sequence[Network], interfaces: Sequence[Interface]) -> list[Check]:
    """Each network that addresses are given on, or a proposal for the first one."""
    served = [network for network in networks if network.dhcp != "off"]
    if not networks:
        return [_propose(interfaces)]
    if not served:
        seen = say("openQRM gives addresses on none of {count}", count=len(networks))
        do = say("Right when machines are led to the boot door by another DHCP server; else set dhcp of one of them.")
        mend = Mend("network.edit", {"name": networks[0].name, "dhcp": "full"})
        return [Check(looked_at=NETWORKS, verdict=Verdict.OPTIONAL, seen=seen, do=do, mend=mend)]
    return [_check(network, interfaces) for network in served]


def _check(network: Network, interfaces: Sequence[Interface]) -> Check:
    on = next((each for each in interfaces if str(each.address.ip) == network.address), None)
    if on and on.name == network.interface:
        seen = say("{interface} has {address}", interface=on.name, address=on.address)
        return Check(about=network.ref, looked_at=LOOKED_AT, verdict=Verdict.GOOD, seen=seen)
    within = on or next((each for each in interfaces if each.address in ipaddress.ip_network(network.cidr)), None)
    if within:
        fields = {"name": network.name, "interface": within.name, "address": str(within.address.ip)}
        says = {"wrong_address": network.address or "–", "wrong_interface": network.interface or "–"}
        return Check(
            about=network.ref, looked_at=LOOKED_AT, verdict=Verdict.WRONG, mend=Mend("network.edit", fields),
            seen=say("it is {address} on {interface}; the network says {wrong_address} on {wrong_interface}",
                     address=within.address, interface=within.name, **says),
            do=say("Write the interface and address into the network."),
        )  # fmt: skip
    seen = say("none is up with an address in {cidr}", cidr=network.cidr)
    if not (network.interface or network.address):
        do = say("Right when machines there are led to the boot door by another DHCP server.")
        return Check(about=network.ref, looked_at=LOOKED_AT, verdict=Verdict.OPTIONAL, seen=seen, do=do)
    wanted = f"{network.address or 'ADDRESS'}/{network.cidr.partition('/')[2]} dev {network.interface or 'INTERFACE'}"
    do = say("Give this machine one (ip addr add {words}), and look again.", words=wanted)
    return Check(about=network.ref, looked_at=LOOKED_AT, verdict=Verdict.WRONG, seen=seen, do=do)


def _propose(interfaces: Sequence[Interface]) -> Check:
    """One that does not lead out first: beside it nobody else gives addresses."""
    wide = [each for each in interfaces if each.address.network.prefixlen <= SMALLEST_BITS]
    if not wide:
        do = say("Give the interface towards the machines an address: ip addr add 10.0.0.1/24 dev INTERFACE.")
        seen = say("none is up with an address of a network that has room for machines")
        return Check(looked_at=LOOKED_AT, verdict=Verdict.MISSING, seen=seen, do=do)
    best = min(wide, key=lambda each: each.leads_out)
    beside = say(
        "Create the network that machines boot on. "
        "It leads out, so another DHCP server is likely there: begin beside it."
    )
    return Check(
        looked_at=NETWORKS, verdict=Verdict.MISSING,
        seen=say("none yet; {interface} has {address}", interface=best.name, address=best.address),
        do=beside if best.leads_out else say("Create the network that machines boot on."),
        mend=Mend("network.create", proposed(best)),
    )  # fmt: skip


def proposed(interface: Interface) -> dict[str, str]:
    """A network on this interface; the upper half of it is for unknown machines."""
    subnet = interface.address.network
    fields = {
        "name": "machines", "cidr": str(subnet), "interface": interface.name, "address": str(interface.address.ip),
        "dhcp": "proxy" if interface.leads_out else "full",
    }  # fmt: skip
    first, last = subnet[subnet.num_addresses // 2], subnet[-2]
    if interface.address.ip >= first:
        first = interface.address.ip + 1
    return fields if interface.leads_out or first > last else fields | {"first": str(first), "last": str(last)}
