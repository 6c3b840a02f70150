"""Placement: pure, with a reason for each host that is not taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.resource import Observation, Resource
from openqrm.planning.placement import (
    ORDERS,
    OWN_MIB,
    Need,
    Policy,
    Room,
    choose_host,
    place,
    room_of,
    rooms_of,
    shortage,
)
from tests.unit.planning.shelf import Shelf, planning

NEED = Need("web", 2, 1024)


def room(host: str, free_mib: int = 4096, **more: object) -> Room:
    facts: dict[str, object] = {"cpu_count": 4, "booked_mib": 0, "vm_count": 0, **more}
    return Room(host=host, memory_mib=free_mib + OWN_MIB, **facts)


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [("least-load", "calm"), ("most-memory", "large"), ("first", "begun")],
)
def test_each_policy_has_its_favourite(policy: Policy, chosen: str) -> None:
    rooms = [
        room("begun", load=0.9, vm_count=3, booked_mib=0),
        room("calm", load=0.1, vm_count=1),
        room("large", 64_000, load=0.5),
    ]
    assert place(NEED, rooms, policy) == chosen


def test_least_load_is_that_of_each_cpu() -> None:
    rooms = [room("busy", load=1.5, cpu_count=2), room("large", load=6.0, cpu_count=64), room("mute", cpu_count=0)]
    assert place(NEED, rooms, "least-load") == "large"


def test_random_spreads_and_yet_repeats_itself() -> None:
    rooms = [room(f"h{number}") for number in range(4)]
    chosen = {f"vm{number}": place(Need(f"vm{number}", 1, 64), rooms, "random") for number in range(60)}
    assert set(chosen.values()) == {each.host for each in rooms}
    assert all(place(Need(vm, 1, 64), rooms, "random") == host for vm, host in chosen.items())


@pytest.mark.parametrize(
    ("full", "because"),
    [
        (room("h3", 1000), "24 MiB short"),
        (room("h3", cpu_count=1), "1 CPUs short"),
        (room("h3", vm_limit=2, vm_count=2), "has its 2 VMs"),
        (room("h3", because="is lost"), "is lost"),
    ],
)
def test_a_host_that_is_not_taken_says_why(full: Room, because: str) -> None:
    with pytest.raises(PlanningError) as caught:
        place(NEED, [full], "most-memory")
    assert caught.value.category is Category.UNAVAILABLE
    assert f"h3: {because}" in caught.value.message


def test_a_disk_ties_a_vm_to_its_host() -> None:
    tied = Need("web", 1, 64, tied="h2", tie="its disk web-root is on h2")
    assert place(tied, [room("h1", 64_000), room("h2")], "most-memory") == "h2"
    with pytest.raises(PlanningError, match="h1: its disk web-root is on h2"):
        place(tied, [room("h1")], "most-memory")


ROOMS = st.lists(
    st.builds(
        room, st.sampled_from("abcdef"), st.integers(0, 4096), cpu_count=st.integers(1, 4),
        vm_count=st.integers(0, 3), vm_limit=st.integers(0, 3), load=st.floats(0, 8),
    ),
    unique_by=lambda each: each.host,
)  # fmt: skip


@given(ROOMS, st.sampled_from([*ORDERS]))
def test_whatever_there_is_nobody_is_overbooked(rooms: list[Room], policy: Policy) -> None:
    fitting = {each.host for each in rooms if not shortage(NEED, each)}
    if fitting:
        assert place(NEED, rooms, policy) in fitting
    else:
        with pytest.raises(PlanningError):
            place(NEED, rooms, policy)


def test_rooms_are_what_is_booked() -> None:
    facts = Shelf(
        Resource(name="h1", carries="kvm", cpu_count=8, memory_mib=8192),
        Observation(name="h1", power="off"),
        Resource(name="h2", carries="kvm", cpu_count=8, memory_mib=8192, managed=False),
        Resource(name="h3", carries="xen", cpu_count=8, memory_mib=8192),
        Resource(name="a", type="kvm", host="h2", memory_mib=1024),
    )
    off, free = rooms_of(facts, "kvm", 0.0)
    assert (off.host, off.because) == ("h1", "is off")
    assert (free.host, free.because, free.booked_mib, free.vm_count) == ("h2", "", 1024, 1)
    assert room_of(facts.get(Resource, "h2"), "kvm", facts, 0.0) == free
    assert room_of(facts.get(Resource, "h3"), "kvm", facts, 0.0).because == "carries xen VMs"


@pytest.mark.parametrize(
    ("name", "seen", "because"),
    [
        ("h1", {"power": "on", "milestone": "init", "last_seen_s": 999.0, "connected": True}, ""),
        ("h1", {"power": "on", "milestone": "init", "last_seen_s": 999.0}, "is not reached"),
        ("h1", {"power": "on", "milestone": "init", "last_seen_s": 1.0}, "is lost"),
        ("h1", {}, "is not reached"),
        ("h1", {"power": "on"}, ""),  # its controller says so, and nobody has asked it yet
        ("openqrm", {}, ""),
    ],
)
def test_a_host_that_is_not_reached_takes_nothing(name: str, seen: dict[str, object], because: str) -> None:
    facts = Shelf(Resource(name=name, carries="kvm", managed=False), Observation(name=name, **seen))
    assert room_of(facts.get(Resource, name), "kvm", facts, 1000.0).because == because


def test_when_those_with_most_memory_are_away_another_is_found() -> None:
    many = [Resource(name=f"h{n}", carries="kvm", cpu_count=8, memory_mib=9000 + n, managed=False) for n in range(20)]
    away = [Observation(name=f"h{n}", power="off") for n in range(1, 20)]
    there = planning(*many, *away)
    assert choose_host(NEED, "kvm", "", "most-memory", "", there) == "h0"
    assert choose_host(NEED, "kvm", "", "most-memory", "", planning(*many)) == "h19"
    with pytest.raises(PlanningError, match="h19: is off"):
        choose_host(NEED, "kvm", "", "most-memory", "h0", there)
