"""At which address a machine reaches another resource, and which one it has itself when it has never booted."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from ipaddress import ip_address, ip_network

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.network import Network
from openqrm.domain.resource import SELF, Resource
from openqrm.ports.records import Facts


def address_towards(carrier: Resource, machine: Resource, facts: Facts) -> str:
    """The carrier's address; for the machine openQRM runs on, the one on the network that MACHINE is on."""
    if carrier.name != SELF or not machine.address:
        return carrier.address
    there = ip_address(machine.address)
    shared = [each.address for each in facts.list(Network) if each.address and there in ip_network(each.cidr)]
    return shared[0] if shared else carrier.address


def misplaced(resource: Resource, network: Network) -> str:
    """Why the resource cannot have its address on this network; empty when it has it there, or can be given one."""
    if resource.address and ip_address(resource.address) not in ip_network(network.cidr):
        return f"has address {resource.address}, which is not on network {network.name}"
    if not resource.address and not _gives(network):
        return f"has no address yet, and openQRM gives none on network {network.name}"
    return ""


def addressed(resource: Resource, facts: Facts, wish: str = "") -> Resource:
    """The resource with an address: its own, or a free one of its network, which DHCP then keeps for it.

    `wish` names that network. Without one still when no network is known to be its own: it learns it from the first
    boot.
    """
    if resource.address or not resource.mac:
        return resource
    network = facts.get(Network, wish) if wish else _network_of(resource, facts)
    return replace(resource, address=_free_address(resource, network, facts)) if network else resource


def _network_of(resource: Resource, facts: Facts) -> Network | None:
    """A VM is on the network of its host; otherwise it is clear only when there is no other one."""
    giving = [each for each in facts.list(Network) if _gives(each)]
    host = facts.find(Resource, resource.host) if resource.host else None
    if host and host.address:
        return next((each for each in giving if ip_address(host.address) in ip_network(each.cidr)), None)
    return giving[0] if len(giving) == 1 else None


def _gives(network: Network) -> bool:
    return bool(network.dhcp == "full" and network.first and network.last)


def _free_address(resource: Resource, network: Network, facts: Facts) -> str:
    """Begun at a place that follows from the MAC: the same each time it is planned, and seldom what another takes."""
    first, last = ip_address(network.first), ip_address(network.last)
    count = int(last) - int(first) + 1
    start = int.from_bytes(hashlib.sha256(resource.mac.encode()).digest()[:8], "big")
    for offset in range(count):
        address = str(first + (start + offset) % count)
        if address not in (network.address, network.gateway) and not facts.list(Resource, address=address):
            return address
    message = f"network {network.name} has no address left for {resource.name}"
    raise PlanningError(Category.UNAVAILABLE, message, "Widen its range: openqrm network edit.")
