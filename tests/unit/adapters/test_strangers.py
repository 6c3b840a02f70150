"""Machines that never registered are forgotten when there are too many of them, and of those that want to only so many
may; nothing that anybody means is."""

import pytest

from openqrm.adapters.database import Database
from openqrm.boot.newcomers import RECOUNT_S, Newcomers
from openqrm.domain.appliance import Appliance
from openqrm.domain.boot import Boot
from openqrm.domain.event import Event, Severity
from openqrm.domain.plan import Plan, Step
from openqrm.domain.resource import Observation, Resource
from openqrm.plugin_api.actions import SetField


def discovered(name: str, **known: object) -> Resource:
    return Resource(name=name, mac=f"52:54:00:00:00:{name[-2:]}", **known)


def test_the_oldest_go_with_all_that_was_told_of_them(database: Database) -> None:
    names = [f"m-{n:012d}" for n in range(10, 20)]
    with database.machines() as machines:
        machines.add_resources([discovered(name) for name in names])
        machines.put_observations([(name, {"milestone": "script"}) for name in names])
        machines.put_boots([Boot(resource=name, boot_id=f"{name}.1", token_sha256="") for name in names])
        told = [Event(name="", topic="t", about=f"resource/{n}", severity=Severity.INFO, text="") for n in names]
        machines.emit(told)
        assert list(machines.forget_strangers(10)) == []
        assert sorted(machines.forget_strangers(7)) == names[:3]
        assert sorted(machines.find_boots(names)) == names[3:]
    for kind in (Resource, Observation):
        assert [each.name for each in database.records.list(kind)] == names[3:]
    assert {event.about for event in database.records.list(Event)} == {f"resource/{name}" for name in names[3:]}


def test_what_anybody_means_stays(database: Database) -> None:
    with database.machines() as machines:
        machines.add_resources(
            [
                discovered("box-20"),
                discovered("m-11", managed=False),
                discovered("m-12", claimed_by="web"),
                discovered("m-13", cpu_count=4),
                discovered("m-14"),
                discovered("m-15"),
                discovered("m-16"),
                discovered("m-17"),
            ]
        )
    database.records.put(Appliance(name="web", image="web", kernel="k", resource="m-14"))
    edited = database.records.get(Resource, "m-15")
    database.records.put(edited)
    plan = Plan(
        title="p", steps=(Step(id="s", action=SetField("resource", "m-16", "boot", "local", "net", "so"), why="w"),)
    )
    with database.transaction() as tx:
        tx.plans.create(plan, asked_by="admin", reason="", now_s=1.0)
    with database.machines() as machines:
        assert list(machines.forget_strangers(0)) == ["m-17"]


def each_its_own(names: list[str]) -> dict[str, str]:
    """Machines as they are: each asks from an address of its own."""
    return {name: f"10.0.0.{name[-2:]}" for name in names}


def test_there_is_room_again_with_time_and_when_some_are_removed(database: Database) -> None:
    newcomers, names = Newcomers(4, 60), [f"m-{number:012d}" for number in range(10)]
    with database.machines() as machines:
        machines.add_resources([Resource(name=name, mac=name) for name in names])
        assert list(newcomers.turn_away(machines, each_its_own(names[:4]), 1000.0)) == []
        machines.put_hardware([(name, {"cpu_count": 1}) for name in names[:4]])
        assert list(newcomers.turn_away(machines, each_its_own(names), 1001.0)) == names[4:]
    database.records.remove(Resource, names[0])
    with database.machines() as machines:
        later_s = 1001.0 + RECOUNT_S + 1
        assert list(newcomers.turn_away(machines, each_its_own(names[4:6]), later_s)) == names[5:6]


def test_the_rate_comes_back_with_time(database: Database) -> None:
    newcomers, names = Newcomers(1000, 60), [f"m-{number:012d}" for number in range(70)]
    with database.machines() as machines:
        machines.add_resources([Resource(name=name, mac=name) for name in names])
        assert list(newcomers.turn_away(machines, each_its_own(names), 1000.0)) == names[60:]
        assert list(newcomers.turn_away(machines, each_its_own(names[60:]), 1005.0)) == names[65:]


@pytest.mark.parametrize(("most", "a_minute"), [(40, 10_000), (10_000, 40)], ids=["count", "rate"])
def test_who_invents_machines_keeps_no_other_out(database: Database, most: int, a_minute: int) -> None:
    """Two addresses ask without end, a third for one machine at times; that one is never turned away."""
    newcomers = Newcomers(most, a_minute)
    invented, honest = [f"m-{n:012d}" for n in range(300)], [f"m-{n:012d}" for n in range(900, 905)]
    with database.machines() as machines:
        machines.add_resources([Resource(name=name, mac=name) for name in (*invented, *honest)])
        for second, name in enumerate(honest):
            flood = {each: f"10.0.0.{66 + int(each[-1]) % 2}" for each in invented[second * 60 : second * 60 + 60]}
            turned_away = newcomers.turn_away(machines, flood | {name: "10.0.0.5"}, 1000.0 + second)
            assert name not in turned_away and len(turned_away) > 20
            machines.put_hardware([(each, {"cpu_count": 1}) for each in flood if each not in turned_away])
    told = database.records.list(Event)[-1].text
    assert "turned away" in told or "has to wait" in told


def test_an_address_that_brings_most_is_named(database: Database) -> None:
    names = [f"m-{n:012d}" for n in range(30)]
    with database.machines() as machines:
        machines.add_resources([Resource(name=name, mac=name) for name in names])
        assert Newcomers(1000, 20).turn_away(machines, dict.fromkeys(names, "10.0.0.66"), 1000.0)
    (told,) = database.records.list(Event)
    assert told.text.endswith("Most come from 10.0.0.66")
