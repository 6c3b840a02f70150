"""What a host has, noted in its record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from openqrm.plugin_api import Category, Differs, Resource, Satisfied, Seen, StepError, World, run
from openqrm_plugins.kvm.virsh import ask

_CPUS = re.compile(r"^CPU\(s\): +(\d{1,5})$", re.MULTILINE)
_MEMORY = re.compile(r"^total +: +(\d{1,15}) KiB$", re.MULTILINE)
_BRIDGE_HINT = "Put the host's network card into a bridge (for example br0), which the VMs are to be on; then retry."


class _Link(msgspec.Struct):
    ifname: str


@dataclass(frozen=True)
class TakeUpHost:
    """libvirt answers there, there is a bridge, and the record has the CPUs and memory that libvirt sees."""

    name: ClassVar[str] = "kvm.take-up"
    host: str
    cpu_count_before: int
    memory_mib_before: int

    def describe(self) -> str:
        return f"See that {self.host} can carry KVM VMs, and note its CPUs and memory"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> GiveUpHost:
        return GiveUpHost(self.host, self.cpu_count_before, self.memory_mib_before)

    def observe(self, world: World) -> Seen:
        bridges = list_bridges(world, self.host)
        if not bridges:
            raise StepError(Category.REFUSED, f"{self.host} has no bridge that VMs could be on", _BRIDGE_HINT)
        cpu_count, memory_mib = observe_size(world, self.host)
        told = f"{cpu_count} CPUs, {memory_mib} MiB, bridges {', '.join(bridges)}"
        record = world.records.get(Resource, self.host)
        if (record.cpu_count, record.memory_mib) == (cpu_count, memory_mib):
            return Satisfied(f"{self.host} has {told}")
        return Differs(f"{self.host} has {told}, and its record says {record.cpu_count} and {record.memory_mib}")

    def ensure(self, world: World) -> None:
        cpu_count, memory_mib = observe_size(world, self.host)
        record = world.records.get(Resource, self.host)
        world.records.change(record, {"cpu_count": cpu_count, "memory_mib": memory_mib})


@dataclass(frozen=True)
class GiveUpHost:
    """The record has the CPUs and memory that it had before."""

    name: ClassVar[str] = "kvm.give-up"
    host: str
    cpu_count: int
    memory_mib: int

    def describe(self) -> str:
        return f"Set CPUs and memory of {self.host} back to what was noted before"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> TakeUpHost:
        return TakeUpHost(self.host, self.cpu_count, self.memory_mib)

    def observe(self, world: World) -> Seen:
        record = world.records.get(Resource, self.host)
        if (record.cpu_count, record.memory_mib) == (self.cpu_count, self.memory_mib):
            return Satisfied(f"{self.host} is noted as before")
        return Differs(f"{self.host} is noted with {record.cpu_count} CPUs and {record.memory_mib} MiB")

    def ensure(self, world: World) -> None:
        record = world.records.get(Resource, self.host)
        world.records.change(record, {"cpu_count": self.cpu_count, "memory_mib": self.memory_mib})


def observe_size(world: World, host: str) -> tuple[int, int]:
    """CPUs and memory in MiB, as libvirt sees them; what `nodeinfo` says of memory adds up NUMA cells, and changes."""
    said, told = ask(world, host, "nodeinfo"), ask(world, host, "nodememstats")
    cpus, memory = _CPUS.search(said), _MEMORY.search(told)
    if not cpus or not memory:
        message = f"libvirt on {host} describes it as {said.strip()[:80]!r} and {told.strip()[:80]!r}"
        raise StepError(Category.UNAVAILABLE, message, "Retry.")
    return int(cpus[1]), int(memory[1]) // 1024


def list_bridges(world: World, host: str) -> list[str]:
    """The host's bridges, by name."""
    said = run(world.host(host), ("ip", "-json", "link", "show", "type", "bridge"), hint=_BRIDGE_HINT)
    try:
        return sorted(link.ifname for link in msgspec.json.decode(said or "[]", type=list[_Link]))
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise StepError(Category.UNAVAILABLE, f"{host} lists its bridges as {said[:80]!r}", "Retry.") from error
