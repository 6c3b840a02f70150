"""Power on and off. Each names the state it wishes, so that saying it twice is as good as once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Satisfied, Seen, StepError, World
from openqrm_plugins.ipmi.tool import Target, ask, observe_power


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
        return _seen(world, self.target, "on")

    def ensure(self, world: World) -> None:
        if self.order:
            self._order_network_boot(world)
        ask(world, self.target, "chassis", "power", "on")

    def _order_network_boot(self, world: World) -> None:
        """A BMC that cannot order it is no reason to stay off: the firmware's own order has the network first."""
        options = ("options=efiboot",) if self.order == "efi" else ()
        try:
            ask(world, self.target, "chassis", "bootdev", "pxe", *options)
        except StepError as error:
            if error.category is not Category.REFUSED:
                raise


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
        return _seen(world, self.target, "off")

    def ensure(self, world: World) -> None:
        ask(world, self.target, "chassis", "power", "off")


def _seen(world: World, target: Target, wished: str) -> Seen:
    power = observe_power(world, target)
    return Satisfied(f"{target.resource} is {power}") if power == wished else Differs(f"{target.resource} is {power}")


ACTIONS = (PowerOn, PowerOff)
