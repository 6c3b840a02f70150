"""Which host carries a VM, and why the others do not: a pure function with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.resource import SELF, Condition, Observation, Resource, condition
from openqrm.domain.vm import Booking
from openqrm.plugin_api.planning import Planning
from openqrm.ports.records import Facts

Policy = Literal["least-load", "most-memory", "random", "first"]
AWAY = frozenset({Condition.OFF, Condition.LOST, Condition.BOOTING})
FEW = 4  # hosts that are looked at before all are
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
    "least-load": lambda _, room: (room.load / max(room.cpu_count, 1), room.vm_count, room.host),  # of each CPU
    "most-memory": lambda _, room: (-room.free_mib, room.host),
    "random": _lot,
    "first": lambda _, room: (room.vm_count == 0, room.host),  # one host after another
}


def choose_host(need: Need, type_: str, asked: str, policy: Policy, besides: str, planning: Planning) -> str:
    """The host ASKED for, or any but BESIDES. Raises PlanningError `unavailable` with a reason for each.

    Where most memory counts, the few that have most are looked at first: among thousands of hosts one of them will do.
    """
    facts, now_s = planning.facts, planning.now_s
    if asked:
        return place(need, [room_of(facts.get(Resource, asked), type_, facts, now_s)], policy)
    if policy == "most-memory" and not need.tied:
        few = _rooms(facts.bookings(type_, FEW), type_, besides, facts, now_s)
        if any(not shortage(need, room) for room in few):
            return place(need, few, policy)
    return place(need, _rooms(facts.bookings(type_), type_, besides, facts, now_s), policy)


def _rooms(bookings: Sequence[Booking], type_: str, besides: str, facts: Facts, now_s: float) -> list[Room]:
    hosts = [(facts.get(Resource, each.host), each) for each in bookings if each.host != besides]
    return [_room(host, type_, each, facts, now_s) for host, each in hosts]


def room_of(host: Resource, type_: str, facts: Facts, now_s: float) -> Room:
    """What placement is to know of this one host."""
    carried = facts.list(Resource, host=host.name)
    booking = Booking(host=host.name, booked_mib=sum(vm.memory_mib for vm in carried), vm_count=len(carried))
    return _room(host, type_, booking, facts, now_s)


def rooms_of(facts: Facts, type_: str, now_s: float) -> list[Room]:
    """Of all hosts that carry VMs of this type, the one with most memory left first."""
    return _rooms(facts.bookings(type_), type_, "", facts, now_s)


def _room(host: Resource, type_: str, booking: Booking, facts: Facts, now_s: float) -> Room:
    return room_as_seen(host, type_, booking, facts.find(Observation, host.name), now_s)


def room_as_seen(host: Resource, type_: str, booking: Booking, seen: Observation | None, now_s: float) -> Room:
    """What placement is to know of a host of which this was last seen."""
    because = "" if host.carries == type_ else f"carries {host.carries or 'no'} VMs"
    return Room(
        host=host.name, cpu_count=host.cpu_count, memory_mib=host.memory_mib, booked_mib=booking.booked_mib,
        vm_count=booking.vm_count, vm_limit=host.vm_limit, load=figure(seen, "load_1"),
        because=because or _absence(host, seen, now_s),
    )  # fmt: skip


def _absence(host: Resource, seen: Observation | None, now_s: float) -> str:
    """Why nothing can be asked of it; one that nobody has looked for yet may be there."""
    now = condition(host, seen, now_s)
    if now in AWAY:
        return f"is {now}"
    if seen is None or seen.connected or host.name == SELF:
        return ""
    is_new = seen.power == "on" and not seen.last_seen_s  # its controller alone was asked
    return "" if is_new else "is not reached"


def figure(seen: Observation | None, name: str) -> float:
    """One of the statistics that a machine reported last; 0: it told none."""
    said = seen.statistics.get(name, 0.0) if seen else 0.0
    return said if isinstance(said, int | float) else 0.0
