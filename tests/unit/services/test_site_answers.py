"""The summary counts what the lists show; the search finds by name first, and nothing that one may not see."""

import random
import time
from typing import Any

import pytest
from msgspec.structs import replace

from openqrm.domain.appliance import Appliance
from openqrm.domain.event import Event, Severity
from openqrm.domain.resource import Observation, Resource, condition
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import Role, Token, User
from openqrm.planning.site import SearchSite, ShowSummary
from openqrm.planning.storage import CreateStorage
from openqrm.services.caller import Caller
from openqrm.services.desk import Wishes
from openqrm.services.site_answers import Found, Kept, Summary
from tests.unit.services.site import ADMIN, TestSite


def summary(site: TestSite) -> Summary:
    shown: Summary = site.desk.answer(ADMIN, ShowSummary())
    return shown


def search(site: TestSite, text: str, caller: Caller = ADMIN, **more: Any) -> list[Found]:
    found: list[Found] = site.desk.answer(caller, SearchSite(text, **more))
    return found


def test_resources_are_counted_as_their_conditions_say(site: TestSite) -> None:
    chosen, now_s = random.Random(1), time.time()
    with site.database.machines() as machines:
        machines.add_resources(
            [
                Resource(name=f"r{n}", type=chosen.choice(["physical", "kvm"]), managed=chosen.random() < 0.8)
                for n in range(300)
            ]
        )
        seen = {
            "power": ["on", "off", "unknown"], "milestone": ["", "kernel", "uplink", "init"], "profile": ["", "web"],
            "last_seen_s": [now_s, now_s - 10_000],
        }  # fmt: skip
        machines.put_observations(
            [(f"r{n}", {name: chosen.choice(values) for name, values in seen.items()}) for n in range(250)]
        )
    records = site.database.records
    expected: dict[str, dict[str, int]] = {}
    for resource in records.list(Resource):
        of_type = expected.setdefault(resource.type, {})
        now = condition(resource, records.find(Observation, resource.name), now_s)
        of_type[now.value] = of_type.get(now.value, 0) + 1
    assert summary(site).resources == expected
    assert {"unknown", "off", "booting", "idle", "assigned", "lost"} == {*expected["physical"], *expected["kvm"]}


def test_the_pool_is_what_is_idle_and_nobodys(site: TestSite) -> None:
    with site.database.machines() as machines:
        machines.add_resources(
            [
                Resource(name="m2", cpu_count=4, memory_mib=1024),
                Resource(name="m3", cpu_count=4, memory_mib=1024, claimed_by="web"),
            ]
        )
        machines.put_observations([(name, {"milestone": "uplink", "last_seen_s": 1e12}) for name in ("m2", "m3")])
    shown = summary(site).idle
    assert (shown.count, shown.cpus, shown.memory_mib) == (2, 5, 1536)


def test_load_is_of_what_reports(site: TestSite) -> None:
    with site.database.machines() as machines:
        machines.add_resources([Resource(name=name) for name in ("m2", "silent")])
        told = {"milestone": "init", "statistics": {"load_1": 3, "memory_used_mib": 100, "memory_total_mib": 1000}}
        machines.put_observations([("m2", told | {"last_seen_s": 1e12}), ("silent", told | {"last_seen_s": 1.0})])
    load = summary(site).load
    assert (load.reporting, load.load_1, load.memory_used_mib, load.memory_total_mib) == (2, 3.0, 100.0, 1000.0)


def test_hosts_come_busiest_first_and_silent_ones_last(site: TestSite) -> None:
    with site.database.machines() as machines:
        machines.add_resources(
            [Resource(name=name, memory_mib=4096, carries="kvm") for name in ("calm", "busy", "silent")]
        )
        machines.add_resources(
            [
                Resource(name=f"vm{n}", type="kvm", host=host, memory_mib=512)
                for n, host in enumerate(["calm", "busy", "busy", "silent"])
            ]
        )
        machines.put_observations(
            [(name, {"statistics": {"load_1": load}}) for name, load in (("calm", 1), ("busy", 9))]
        )
    hosts = summary(site).hosts
    assert [(each.name, each.vms, each.given_mib, each.load_1) for each in hosts] == [
        ("busy", 2, 1024, 9.0), ("calm", 1, 512, 1.0), ("silent", 1, 512, None),
    ]  # fmt: skip


def test_storages_appliances_plans_and_events(site: TestSite) -> None:
    for record in (
        Storage(name="empty", type="tmpfs-storage"), Storage(name="mem", type="tmpfs-storage"),
        Volume(name="a", storage="mem", size_mib=10), Volume(name="b", storage="mem", size_mib=5),
        Appliance(name="web", wanted="running"), Appliance(name="db"),
    ):  # fmt: skip
        site.database.records.put(record)
    gone = Event(name="", topic="resource.lost", about="resource/m1", severity=Severity.WARNING, text="m1 is lost")
    with site.database.transaction() as tx:
        tx.events.emit([gone])
    shown = summary(site)
    assert [(each.name, each.volumes, each.size_mib) for each in shown.storages] == [("empty", 0, 0), ("mem", 2, 15)]
    assert shown.appliances == {"running": 1, "stopped": 1}
    assert shown.events == {"warning": 1} and [event.text for event in shown.attention] == ["m1 is lost"]
    assert shown.plans == {} and shown.running == shown.stuck == []


def test_the_best_comes_first(site: TestSite) -> None:
    for record in (
        Appliance(name="web-2"), Appliance(name="web"), Image(name="old-web"), Storage(name="mem", comment="for WEB"),
    ):  # fmt: skip
        site.database.records.put(record)
    found = search(site, "Web")
    assert [(each.kind, each.name, each.field) for each in found] == [
        ("appliance", "web", "name"), ("appliance", "web-2", "name"), ("image", "old-web", "name"),
        ("storage", "mem", "comment"),
    ]  # fmt: skip
    assert [each.name for each in search(site, "web", limit=1)] == ["web"]
    assert [each.kind for each in search(site, "web", kinds="storage,image")] == ["image", "storage"]


@pytest.mark.parametrize(("text", "found"), [("52:54:00:00:00:01", "m1"), ("10.0.0.1", "openqrm")])
def test_machines_are_found_by_their_addresses(site: TestSite, text: str, found: str) -> None:
    assert [(each.kind, each.name) for each in search(site, text)] == [("resource", found)]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' or 1=1 --", "10%1"])
def test_a_text_is_a_text(site: TestSite, text: str) -> None:
    assert search(site, text) == []
    site.database.records.put(Storage(name="odd", comment=f"has {text} in it"))
    assert [each.name for each in search(site, text)] == ["odd"]


def test_users_are_found_by_administrators_and_no_hash_by_anybody(site: TestSite) -> None:
    site.database.records.put(User(name="eve", password_hash="$argon2id$needle", role=Role.OPERATOR.name))
    site.database.records.put(Token(name="needle-token", user="eve", digest="needle"))
    assert [each.name for each in search(site, "eve")] == ["eve"]
    assert search(site, "eve", Caller("eve", Role.OPERATOR)) == []
    assert search(site, "needle") == []


def test_a_plan_is_found_by_its_number_and_an_event_by_its_text(site: TestSite) -> None:
    with site.database.transaction() as tx:
        tx.events.emit(
            [Event(name="", topic="a.b", about="storage/x", severity=Severity.INFO, text=f"Needle {n}") for n in (1, 2)]
        )
    assert [each.text for each in search(site, "needle")] == ["Needle 2", "Needle 1"]
    plan = site.desk.ask(ADMIN, CreateStorage(name="mem", type="tmpfs-storage"), Wishes()).plan
    assert ("plan", plan.id) in [(each.kind, each.name) for each in search(site, plan.id)]


def test_many_who_ask_at_once_are_told_the_same(site: TestSite) -> None:
    first = summary(site)
    site.database.records.put(Appliance(name="web"))
    assert summary(site) is first
    kept, made = Kept(for_s=2.0), [first, replace(first, at_s=first.at_s + 2.0)]
    told = [kept.get(first.at_s + after_s, lambda: made.pop(0)).at_s - first.at_s for after_s in (0.0, 1.9, 2.0, 3.9)]
    assert told == [0.0, 0.0, 2.0, 2.0]
