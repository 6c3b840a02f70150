"""Waking a machine: a packet is sent until the machine shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import ClassVar

from openqrm.plugin_api import (
    SELF,
    Category,
    Differs,
    Irreversible,
    Network,
    Observation,
    PlanningError,
    Resource,
    Satisfied,
    Seen,
    StepError,
    World,
    parse_mac,
    run,
)

PROGRAM = Path(__file__).with_name("host") / "wake.py"
AGAIN_S = 10.0
EVERYWHERE = "255.255.255.255"  # what the machine's own network hears, where nothing is known of it
_HINT = "See whether this computer has an address on the machine's network."


@dataclass(frozen=True)
class Wake:
    """The machine is up. `boot` is what it was in before: only another one, or its agent, says that it woke.

    `address` is where the packet goes; empty: to all of the network that the machine is on.
    """

    name: ClassVar[str] = "wake-on-lan.wake"
    settles_s: ClassVar[float] = AGAIN_S
    hint: ClassVar[str] = (
        "See whether its firmware wakes on LAN from this state, its cable is in, and the network passes it."
    )
    resource: str
    mac: str
    address: str
    port: int
    boot: str

    def describe(self) -> str:
        return f"Wake {self.resource} by a packet to {self.mac}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}",)

    def inverse(self) -> Irreversible:
        return Irreversible("a machine that woke goes off again by its own system only")

    def observe(self, world: World) -> Seen:
        seen = world.records.find(Observation, self.resource) or Observation(name=self.resource)
        if seen.connected:
            return Satisfied(f"{self.resource} is up")
        if seen.boot_id not in ("", self.boot):
            return Satisfied(f"{self.resource} has asked for its boot script")
        return Differs(f"{self.resource} has shown nothing of itself yet")

    def ensure(self, world: World) -> None:
        argv = ("python3", "-I", "-", self._target(world), str(self.port), _checked(self.mac))
        run(world.host(SELF), argv, stdin=PROGRAM.read_bytes(), timeout_s=20, hint=_HINT)

    def _target(self, world: World) -> str:
        if self.address:
            return _checked_address(self.address)
        resource = world.records.find(Resource, self.resource)
        if resource is None or not resource.address:
            return EVERYWHERE
        there = ip_address(resource.address)
        around = [ip_network(each.cidr) for each in world.records.list(Network) if there in ip_network(each.cidr)]
        return str(around[0].broadcast_address) if around else EVERYWHERE


def _checked(mac: str) -> str:
    try:
        return parse_mac(mac)
    except PlanningError as error:
        raise StepError(Category.BAD_INPUT, f"{mac[:40]!r} is no MAC address", "Edit the resource.") from error


def _checked_address(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        message = f"{address[:60]!r} is no IP address that a packet could go to"
        hint = "Set it (resource edit --bmc-address): the broadcast address of the machine's network, or empty."
        raise StepError(Category.BAD_INPUT, message, hint) from None


ACTIONS = (Wake,)
