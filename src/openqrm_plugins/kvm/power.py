"""Power of a VM. Each action names the state it wishes, so that saying it twice is as good as once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Satisfied, Seen, StepError, World
from openqrm_plugins.kvm.domain_xml import parse_domain, render_without_once
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.virsh import ON, ask, find_xml, get_state


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
        state = get_state(world, self.host, self.vm)
        if state not in ON:
            return Differs(f"VM {self.vm} is {state}")
        if _used_up(world, self.host, self.vm):
            return Differs(f"VM {self.vm} is {state}, and would boot from its one-time device again")
        return Satisfied(f"VM {self.vm} is {state}")

    def ensure(self, world: World) -> None:
        if get_state(world, self.host, self.vm) not in ON:
            _switch(world, self.host, "start", self.vm, "Domain is already active")
        if text := _used_up(world, self.host, self.vm):
            regular = render_without_once(text)
            ask(world, self.host, "define", "--file", "/dev/stdin", stdin=regular.encode())


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
        _switch(world, self.host, "destroy", self.vm, "domain is not running")


def _switch(world: World, host: str, verb: str, vm: str, so_already: str) -> None:
    """That somebody else did it a moment before is as good."""
    try:
        ask(world, host, verb, "--domain", uuid_of(vm))
    except StepError as error:
        if error.category is not Category.REFUSED or so_already not in error.message:
            raise


def _used_up(world: World, host: str, vm: str) -> str:
    """The XML for its next start, when that has a one-time device that this start was for; else empty."""
    text = find_xml(world, host, vm)
    if not text or not parse_domain(text).hardware.once:
        return ""
    started = find_xml(world, host, vm, as_it_runs=True)
    return text if started and parse_domain(started).hardware.once else ""
