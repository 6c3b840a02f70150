"""Power on and off. Each names the state it wishes, so that saying it twice is as good as once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, NotYet, Satisfied, Seen, StepError, World
from openqrm_plugins.redfish.service_root import System, Target, ask, get_system

BETWEEN_S = 2.0  # PoweringOn and PoweringOff pass by themselves
NETWORK_ONCE = {"Boot": {"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Pxe"}}
LASTING = frozenset({"On", "Off"})


@dataclass(frozen=True)
class PowerOn:
    """The machine is on; `from_network`: this boot is ordered to come from there."""

    name: ClassVar[str] = "redfish.power-on"
    target: Target
    from_network: bool = True

    def describe(self) -> str:
        how = ", from the network" if self.from_network else ""
        return f"Switch on {self.target.resource} by its BMC{how}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.target.resource}",)

    def inverse(self) -> PowerOff:
        return PowerOff(self.target, self.from_network)

    def observe(self, world: World) -> Seen:
        return _seen(world, self.target, "On")

    def ensure(self, world: World) -> None:
        system = get_system(world, self.target)
        if self.from_network:
            self._order_network_boot(world, system)
        _reset(world, self.target, system, "On")

    def _order_network_boot(self, world: World, system: System) -> None:
        """A BMC that cannot order it is no reason to stay off: the firmware's own order has the network first."""
        try:
            ask(world, self.target, "PATCH", system.path, NETWORK_ONCE)
        except StepError as error:
            if error.category is Category.UNAVAILABLE:
                raise


@dataclass(frozen=True)
class PowerOff:
    """The machine is off, at once. `from_network` is for switching it on again when this is undone."""

    name: ClassVar[str] = "redfish.power-off"
    target: Target
    from_network: bool = True

    def describe(self) -> str:
        return f"Switch off {self.target.resource} by its BMC"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.target.resource}",)

    def inverse(self) -> PowerOn:
        return PowerOn(self.target, self.from_network)

    def observe(self, world: World) -> Seen:
        return _seen(world, self.target, "Off")

    def ensure(self, world: World) -> None:
        _reset(world, self.target, get_system(world, self.target), "ForceOff")


def _reset(world: World, target: Target, system: System, kind: str) -> None:
    ask(world, target, "POST", system.reset_path, {"ResetType": kind})


def _seen(world: World, target: Target, wished: str) -> Seen:
    state = get_system(world, target).power_state
    told = f"the BMC shows {target.resource} as {state}"
    if state == wished:
        return Satisfied(told)
    return Differs(told) if state in LASTING else NotYet(told, BETWEEN_S)


ACTIONS = (PowerOn, PowerOff)
