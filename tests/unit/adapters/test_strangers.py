"""Machines that never registered are forgotten when there are too many of them; nothing that anybody means is."""

from openqrm.adapters.database import Database
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
