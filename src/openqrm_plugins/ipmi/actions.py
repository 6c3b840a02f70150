"""Power on and off. Each names the state it wishes, so that saying it twice is as good as once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Differs, Satisfied, Seen, World
from openqrm_plugins.ipmi.tool import Target, observe_power, switch

NETWORK_ONCE = {"plain": "chassis bootdev pxe", "efi": "chassis bootdev pxe options=efiboot"}


@dataclass(frozen=True)
class PowerOn:
    """The machine is on. `order` is how it is told to boot from the network once: plain, efi, or not at all."""

    name: ClassVar[str] = "ipmi.power-on"
    target: Target
    order: str = "plain"

    def describe(self) -> str:
        how = ", from the network" if self.order else ""
        return f"Switch on {self.target.resource} by its BMC{how}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.target.resource}",)

    def inverse(self) -> PowerOff:
        return PowerOff(self.target, self.order)

    def observe(self, world: World) -> Seen:
        return _seen(self.target, observe_power(world, self.target), "on")

    def ensure(self, world: World) -> Seen | None:
        """A BMC that cannot order a boot is no reason to stay off: the firmware's own order has the network first."""
        power = switch(world, self.target, "on", NETWORK_ONCE.get(self.order, ""))
        return _seen(self.target, power, "on") if power else None


@dataclass(frozen=True)
class PowerOff:
    """The machine is off, at once. `order` is for switching it on again when this is undone."""

    name: ClassVar[str] = "ipmi.power-off"
    target: Target
    order: str = "plain"

    def describe(self) -> str:
        return f"Switch off {self.target.resource} by its BMC"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.target.resource}",)

    def inverse(self) -> PowerOn:
        return PowerOn(self.target, self.order)

    def observe(self, world: World) -> Seen:
        return _seen(self.target, observe_power(world, self.target), "off")

    def ensure(self, world: World) -> Seen | None:
        power = switch(world, self.target, "off")
        return _seen(self.target, power, "off") if power else None


def _seen(target: Target, power: str, wished: str) -> Seen:
    return Satisfied(f"{target.resource} is {power}") if power == wished else Differs(f"{target.resource} is {power}")


ACTIONS = (PowerOn, PowerOff)
