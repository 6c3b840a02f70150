"""Which host carries a VM, and why the others do not: a pure function with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.vm import VirtualMachine
from openqrm.ports.records import Facts

Policy = Literal["least-load", "most-memory", "random", "first"]
AWAY = frozenset({Condition.OFF, Condition.LOST, Condition.BOOTING})
OWN_MIB = 256  # what a host needs for itself


@dataclass(frozen=True)
class Room:
    """What placement knows of a host. `because` says why it takes no VM at all; `vm_limit` 0 is none."""

    host: str
    cpu_count: int
    memory_mib: int
    booked_mib: int
    vm_count: int
    vm_limit: int = 0
    load: float = 0.0
    because: str = ""

    @property
    def free_mib(self) -> int:
        """What VMs may still book."""
        return self.memory_mib - OWN_MIB - self.booked_mib


@dataclass(frozen=True)
class Need:
    """What a VM asks of its host. `tied` is the host on which its disks are, with the reason."""

    vm: str
    cpu_count: int
    memory_mib: int
    tied: str = ""
    tie: str = ""


def shortage(need: Need, room: Room) -> str:
    """Why this host cannot take the VM; empty when it can."""
    if room.because:
        return room.because
    if need.tied and room.host != need.tied:
        return need.tie
    if room.vm_limit and room.vm_count >= room.vm_limit:
        return f"has its {room.vm_limit} VMs"
    if need.cpu_count > room.cpu_count:
        return f"{need.cpu_count - room.cpu_count} CPUs short"
    if need.memory_mib > room.free_mib:
        return f"{need.memory_mib - room.free_mib} MiB short"
    return ""


def place(need: Need, rooms: Sequence[Room], policy: Policy) -> str:
    """The host to take. Raises PlanningError `unavailable` with a reason for each."""
    reasons = {room.host: shortage(need, room) for room in rooms}
    fitting = [room for room in rooms if not reasons[room.host]]
    if not fitting:
        told = "; ".join(f"{name}: {why}" for name, why in sorted(reasons.items())[:20]) or "there are none"
        hint = "Remove or move a VM, add a host (openqrm host add), or ask for less."
        raise PlanningError(Category.UNAVAILABLE, f"no host can take VM {need.vm}: {told}", hint)
    return min(fitting, key=lambda room: ORDERS[policy](need, room)).host


def _lot(need: Need, room: Room) -> bytes:
    """Random, yet the same each time it is planned."""
    return hashlib.sha256(f"{need.vm}/{room.host}".encode()).digest()


ORDERS: dict[str, Callable[[Need, Room], Any]] = {
    "least-load": lambda _, room: (room.load, room.vm_count, room.host),
    "most-memory": lambda _, room: (-room.free_mib, room.host),
    "random": _lot,
    "first": lambda _, room: (room.vm_count == 0, room.host),  # one host after another
}


def rooms_of(facts: Facts, type_: str, now_s: float, names: Iterable[str] = ()) -> list[Room]:
    """The hosts that carry VMs of this type, or of them these; by name."""
    hosts = [facts.get(Resource, name) for name in names] or facts.list(Resource, carries=type_)
    booked: dict[str, list[int]] = {host.name: [] for host in hosts}
    memory = {vm.name: vm.memory_mib for vm in facts.list(VirtualMachine, type=type_)}
    for resource in facts.list(Resource, type=type_):
        if resource.host in booked:
            booked[resource.host].append(memory.get(resource.name, 0))
    return [_room(host, type_, facts.find(Observation, host.name), booked[host.name], now_s) for host in hosts]


def _room(host: Resource, type_: str, seen: Observation | None, booked: list[int], now_s: float) -> Room:
    now = condition(host, seen, now_s)
    because = "" if host.carries == type_ else f"carries {host.carries or 'no'} VMs"
    load = seen.statistics.get("load_1", 0.0) if seen else 0.0
    return Room(
        host=host.name, cpu_count=host.cpu_count, memory_mib=host.memory_mib, booked_mib=sum(booked),
        vm_count=len(booked), vm_limit=host.vm_limit, load=load if isinstance(load, int | float) else 0.0,
        because=because or (f"is {now}" if now in AWAY else ""),
    )  # fmt: skip
