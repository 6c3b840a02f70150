"""Power of a VM. Each action names the state it wishes, so that saying it twice is as good as once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Satisfied, Seen, StepError, World
from openqrm_plugins.kvm.domain_xml import parse_domain, render_without_once
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.virsh import ON, ask, define, find_xml, get_state, start, unknown


@dataclass(frozen=True)
class PowerOn:
    """The VM is on. What it was to boot from once is used up by that."""

    name: ClassVar[str] = "kvm.power-on"
    host: str
    vm: str

    def describe(self) -> str:
        return f"Switch on VM {self.vm} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> PowerOff:
        return PowerOff(self.host, self.vm)

    def observe(self, world: World) -> Seen:
        text = find_xml(world, self.host, self.vm, as_it_runs=True)
        if not text:
            raise unknown(self.host, self.vm)
        if not parse_domain(text).is_on:
            return Differs(f"VM {self.vm} is off")
        if _used_up(world, self.host, self.vm, text):
            return Differs(f"VM {self.vm} is on, and would boot from its one-time device again")
        return Satisfied(f"VM {self.vm} is on")

    def ensure(self, world: World) -> None:
        if text := _used_up(world, self.host, self.vm, start(world, self.host, self.vm)):
            define(world, self.host, render_without_once(text))


@dataclass(frozen=True)
class PowerOff:
    """The VM is off, at once."""

    name: ClassVar[str] = "kvm.power-off"
    host: str
    vm: str

    def describe(self) -> str:
        return f"Switch off VM {self.vm} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> PowerOn:
        return PowerOn(self.host, self.vm)

    def observe(self, world: World) -> Seen:
        state = get_state(world, self.host, self.vm)
        return Differs(f"VM {self.vm} is {state}") if state in ON else Satisfied(f"VM {self.vm} is {state}")

    def ensure(self, world: World) -> None:
        _tell(world, self.host, self.vm, "destroy")


@dataclass(frozen=True)
class PressButton:
    """The VM is off: its system has been told as by a power button. One that does not listen stays on."""

    name: ClassVar[str] = "kvm.press-button"
    settles_s: ClassVar[float] = 5.0  # it is pressed again then
    host: str
    vm: str

    def describe(self) -> str:
        return f"Press the power button of VM {self.vm} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> PowerOn:
        return PowerOn(self.host, self.vm)

    def observe(self, world: World) -> Seen:
        return PowerOff(self.host, self.vm).observe(world)

    def ensure(self, world: World) -> None:
        _tell(world, self.host, self.vm, "shutdown", "--mode", "acpi")


def _tell(world: World, host: str, vm: str, *words: str) -> None:
    """That somebody else did it a moment before is as good."""
    try:
        ask(world, host, *words, "--domain", uuid_of(vm))
    except StepError as error:
        if error.category is not Category.REFUSED or "domain is not running" not in error.message:
            raise


def _used_up(world: World, host: str, vm: str, running: str) -> str:
    """The XML for its next start, when that has a one-time device that this start was for; else empty."""
    if not parse_domain(running).hardware.once:
        return ""
    text = find_xml(world, host, vm)
    return text if text and parse_domain(text).hardware.once else ""
