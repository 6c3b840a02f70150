"""At which address a machine reaches another resource."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

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
