"""A VM is given to its host, and taken from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Satisfied, Seen, StepError, World, parse_name
from openqrm_plugins.kvm.acceleration import accelerator_of
from openqrm_plugins.kvm.domain_xml import Tuning, parse_domain, render_domain
from openqrm_plugins.kvm.hardware import Hardware, uuid_of
from openqrm_plugins.kvm.take_up import list_bridges
from openqrm_plugins.kvm.virsh import ON, ask, define, find_state, find_xml


@dataclass(frozen=True)
class DefineMachine:
    """The host has this VM, with this hardware from its next start. `accelerator` auto: what the host has proved."""

    name: ClassVar[str] = "kvm.define"
    host: str
    hardware: Hardware
    accelerator: str = "auto"
    cpu_model: str = ""
    disk_cache: str = "none"

    def describe(self) -> str:
        size = f"{self.hardware.cpu_count} CPUs, {self.hardware.memory_mib} MiB"
        return f"Give host {self.host} VM {self.hardware.name} ({size})"

    def touches(self) -> tuple[str, ...]:
        return (f"vm/{self.hardware.name}",)

    def inverse(self) -> UndefineMachine:
        return UndefineMachine(self.host, self.hardware, self.accelerator, self.cpu_model, self.disk_cache)

    def observe(self, world: World) -> Seen:
        name = self.hardware.name
        text = find_xml(world, self.host, name)
        if not text:
            return Differs(f"{self.host} does not know VM {name}")
        found = parse_domain(text)
        if found.hardware != self.hardware or found.accelerator not in self._accelerators():
            return Differs(f"VM {name} on {self.host} has other hardware")
        how = "" if found.accelerator == "kvm" else ", emulated"
        return Satisfied(f"{self.host} has VM {name}{how}")

    def ensure(self, world: World) -> None:
        parse_name(self.hardware.name)
        self._refuse_lacking(list_bridges(world, self.host))
        accelerator = accelerator_of(world, self.host) if self.accelerator == "auto" else self.accelerator
        text = render_domain(self.hardware, Tuning(accelerator, self.cpu_model, self.disk_cache))
        define(world, self.host, text)

    def _refuse_lacking(self, bridges: list[str]) -> None:
        """libvirt itself looks for them only when the VM is started."""
        if lacking := sorted({nic.bridge for nic in self.hardware.nics} - {*bridges}):
            message = f"{self.host} has no bridge {', '.join(lacking)}; it has {', '.join(bridges) or 'none'}"
            raise StepError(Category.REFUSED, message, "Take one of these, or make that one on the host.")

    def _accelerators(self) -> tuple[str, ...]:
        return ("kvm", "qemu") if self.accelerator == "auto" else (self.accelerator,)


@dataclass(frozen=True)
class UndefineMachine:
    """The host does not know this VM; its disks stay. It is refused while the VM is on."""

    name: ClassVar[str] = "kvm.undefine"
    host: str
    hardware: Hardware
    accelerator: str = "auto"
    cpu_model: str = ""
    disk_cache: str = "none"

    def describe(self) -> str:
        return f"Take VM {self.hardware.name} from host {self.host}; its disks stay"

    def touches(self) -> tuple[str, ...]:
        return (f"vm/{self.hardware.name}",)

    def inverse(self) -> DefineMachine:
        return DefineMachine(self.host, self.hardware, self.accelerator, self.cpu_model, self.disk_cache)

    def observe(self, world: World) -> Seen:
        name = self.hardware.name
        state = find_state(world, self.host, name)
        if state in ON:
            raise StepError(Category.CONFLICT, f"VM {name} is {state} on {self.host}", "Power it off first.")
        if state:
            return Differs(f"{self.host} knows VM {name}")
        return Satisfied(f"{self.host} does not know VM {name}")

    def ensure(self, world: World) -> None:
        words = ("--managed-save", "--snapshots-metadata", "--domain", uuid_of(self.hardware.name))
        ask(world, self.host, "undefine", *words)
