"""The stream's source: what has changed is told to who may see it, once a bunch, and nothing is missed."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import OpenqrmError
from openqrm.domain.event import Event, Severity
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.kinds import KINDS
from openqrm.domain.list_view import ListView
from openqrm.domain.plan import Plan, Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage
from openqrm.domain.user import Role, Token, User
from openqrm.plugin_api.actions import put
from openqrm.services.caller import Caller
from openqrm.services.live import AT_ONCE, MOST_WAITING, Client, Live, Told
from openqrm.services.live_loads import MOST, Loads, check_load
from openqrm.services.live_rows import LiveRows
from tests.unit.services.site import ADMIN, TestSite

READER = Caller("bob", Role.READ_ONLY)


@pytest.fixture
def rows(site: TestSite) -> LiveRows:
    return LiveRows(site.host, site.catalogue, site.world)


@pytest.fixture
def live(site: TestSite, rows: LiveRows) -> Iterator[Live]:
    reading = Live(site.database, rows, every_s=0.01, loads_every_s=0.01)
    reading.start()
    yield reading
    reading.close()


class Console(Client):
    """A client that waits for messages."""

    def __init__(self, live: Live, caller: Caller = ADMIN, **wanted: Any) -> None:
        self.news, self.kept = threading.Event(), list[Any]()
        super().__init__(caller, self.news.set, **wanted)
        live.join(self)

    def next(self) -> Told:
        while (told := self.take()) is None:
            assert self.news.wait(20), "nothing was told"
            self.news.clear()
        return told

    def until(self, kind: str, name: str) -> dict[str, Any]:
        """The first row of this object; what else comes before it is kept in `seen`."""
        self.seen: list[tuple[str, str]] = []
        while True:
            while self.kept:
                row: dict[str, Any] = self.kept.pop(0)
                if (row["kind"], row["name"]) == (kind, name):
                    return row
                self.seen.append((row["kind"], row["name"]))
            self.kept += map(json.loads, self.next().rows)


def greeted(live: Live, caller: Caller = ADMIN, **wanted: Any) -> Console:
    console = Console(live, caller, **wanted)
    assert console.next().event == "ready"
    return console


def test_a_record_that_comes_changes_and_goes(site: TestSite, live: Live) -> None:
    console, records = greeted(live), site.database.records
    made = records.put(Storage(name="mem", type="tmpfs-storage"))
    row = console.until("storage", "mem")
    assert row["version"] == 1 and row["row"]["type"] == "tmpfs-storage"
    records.put(replace(made, comment="larger"))
    assert console.until("storage", "mem")["row"]["comment"] == "larger"
    records.remove(Storage, "mem")
    assert console.until("storage", "mem")["row"] is None


def test_what_is_seen_of_a_machine_changes_its_row_and_its_appliances(site: TestSite, live: Live) -> None:
    records = site.database.records
    records.put(Appliance(name="web", wanted="running"))
    records.put(replace(records.get(Resource, "m1"), claimed_by="web"))
    console = greeted(live, kinds=frozenset({"resource", "appliance"}))
    with site.database.machines() as machines:
        machines.put_observations([("m1", {"milestone": "init", "profile": "web"})])
    assert console.until("resource", "m1")["row"]["milestone"] == "init"
    assert console.until("appliance", "web")["row"]["condition"] == "running"


def test_a_host_shows_what_it_carries_and_goes_when_it_is_one_no_more(site: TestSite, live: Live) -> None:
    records = site.database.records
    host = records.put(Resource(name="h1", carries="kvm", memory_mib=4096))
    console = greeted(live, kinds=frozenset({"host"}))
    vm = records.put(Resource(name="vm1", type="kvm", host="h1", memory_mib=1024))
    row = console.until("host", "h1")
    assert (row["version"], row["row"]["vm_count"], row["row"]["booked_mib"]) == (1, 1, 1024)
    records.put(replace(vm, memory_mib=2048))
    assert console.until("host", "h1")["row"]["booked_mib"] == 2048
    records.remove(Resource, "vm1")
    assert console.until("host", "h1")["row"]["vm_count"] == 0
    records.put(replace(host, carries=""))
    assert console.until("host", "h1")["row"] is None


def test_a_client_of_one_object_hears_of_nothing_else(site: TestSite, live: Live) -> None:
    page, other = greeted(live, only=("storage", "b")), Console(live, only=("storage", "c"))
    for name in ("a", "b", "c"):
        site.database.records.put(Storage(name=name))
    page.until("storage", "b")
    other.until("storage", "c")
    assert page.seen == [] == other.seen
    everything = greeted(live)
    site.database.records.put(Storage(name="d"))
    assert everything.until("storage", "d")


def report(site: TestSite, names: Sequence[str], load_1: float, at_s: float) -> None:
    with site.database.machines() as machines:
        said = {"statistics": {"load_1": load_1, "cpu_percent": 7, "memory_used_mib": 900}, "last_seen_s": at_s}
        machines.put_observations([(name, said) for name in names])


def test_what_machines_report_all_the_time_is_told_to_who_shows_it(site: TestSite, live: Live) -> None:
    site.database.records.put(Resource(name="h1", carries="kvm"))
    report(site, ["h1", "m1", "m2"], 1, at_s=1.0)
    everything, hosts = greeted(live), greeted(live, load=frozenset({"host"}))
    page = greeted(live, load=frozenset({"observation/m1"}), kinds=frozenset({"appliance"}))
    assert hosts.until("host", "h1")["row"]["load"] == page.until("observation", "m1")["row"]["last_seen_s"] == 1
    report(site, ["h1", "m1", "m2"], 3, at_s=2.0)
    row = hosts.until("host", "h1")["row"]
    assert (row["load"], row["cpu_percent"], row["memory_used_mib"], row["last_seen_s"]) == (3, 7, 900, 2)
    assert page.until("observation", "m1")["row"]["statistics"]["load_1"] == 3
    site.database.records.put(Storage(name="after"))
    everything.until("storage", "after")
    hosts.until("storage", "after")
    assert everything.seen == hosts.seen == [] and page.take() is None


def test_of_many_loads_those_told_longest_ago_come_first(site: TestSite, rows: LiveRows) -> None:
    names = [f"h{number:04}" for number in range(MOST + 1)]
    for name in names:
        site.database.records.put(Resource(name=name, carries="kvm"))
    report(site, names, 1, at_s=1.0)
    loads = Loads(rows, every_s=0)

    def told() -> set[str]:
        with site.database.reading() as tx:
            return {row.name for row in loads.read(tx, {"host"})}

    first = told()
    report(site, names, 2, at_s=2.0)
    assert len(first) == MOST and names[-1] not in first
    assert names[-1] in told() and len(told()) == 1 and told() == set()


def test_loads_are_looked_at_when_it_is_time(site: TestSite, rows: LiveRows) -> None:
    report(site, ["m1"], 1, at_s=1.0)
    loads = Loads(rows, every_s=3600)
    with site.database.reading() as tx:
        assert [row.name for row in loads.read(tx, {"observation/m1"})] == ["m1"]
    report(site, ["m1"], 2, at_s=2.0)
    with site.database.reading() as tx:
        assert loads.read(tx, {"observation/m1"}) == []


@pytest.mark.parametrize("asked", [{"resource"}, {"observation"}, {"host/"}, {f"host/h{n}" for n in range(101)}])
def test_of_what_has_no_load_none_is_told(asked: set[str]) -> None:
    with pytest.raises(OpenqrmError):
        check_load(asked)


def test_a_machine_that_is_lost_has_a_new_row(site: TestSite, live: Live) -> None:
    console = greeted(live)
    lost = Event(name="", topic="resource.lost", about="resource/m1", severity=Severity.WARNING, text="lost")
    with site.database.transaction() as tx:
        tx.events.emit([lost])
    console.until("resource", "m1")
    page = greeted(live, about=frozenset({"resource/m1"}), kinds=frozenset({"event"}))
    with site.database.transaction() as tx:
        tx.events.emit([replace(lost, text="lost again"), replace(lost, about="resource/m2", text="m2")])
    assert page.until("event", "2")["row"]["text"] == "lost again"
    assert page.take() is None


def test_a_plan_is_told_with_how_far_it_has_come(site: TestSite, live: Live) -> None:
    console = greeted(live)
    steps = tuple(
        Step(id=f"s{n}", action=put(Storage(name=f"s{n}"), None, f"Create storage s{n}"), why="") for n in range(3)
    )
    plan = Plan(title="Three", steps=steps, about="appliance/web")
    with site.database.transaction() as tx:
        number = tx.plans.create(plan, asked_by="admin", reason="", now_s=1.0)
    facts = [("s0", Fact.STARTED), ("s0", Fact.DONE), ("s1", Fact.STARTED)]
    site.database.plans.append(number, [Entry(n, step, fact, 1.0) for n, (step, fact) in enumerate(facts)])
    row = console.until("plan", number)
    while row["row"]["steps_done"] == 0:
        row = console.until("plan", number)
    assert (row["row"]["steps"], row["row"]["steps_done"], row["row"]["step"]) == (3, 1, "Create storage s1")
    assert row["row"]["title"] == "Three" and row["version"] == 3


def test_who_may_not_list_them_hears_nothing_of_users_and_others_tokens_and_views(site: TestSite, live: Live) -> None:
    reader, administrator = greeted(live, READER), greeted(live)
    records = site.database.records
    records.put(User(name="eve", password_hash="$argon2id$x"))
    records.put(Token(name="admins", user="admin", digest="00"))
    records.put(Token(name="bobs", user="bob", digest="01"))
    records.put(ListView(name="eve.1", user="eve"))
    records.put(ListView(name="eve.2", user="eve", shared=True))
    reader.until("token", "bobs")
    assert reader.seen == []
    reader.until("view", "eve.2")
    assert reader.seen == []
    administrator.until("token", "bobs")
    assert {("user", "eve"), ("token", "admins")} <= {*administrator.seen}


def test_no_row_tells_a_hash(site: TestSite, rows: LiveRows) -> None:
    records = site.database.records
    records.put(Token(name="t", user="admin", digest="d1g3st"))
    with site.database.reading() as tx:
        told = rows.read(tx, [("user", "admin"), ("token", "t")])
    assert len(told) == 2 and not [row for row in told if b"argon2" in row.json or b"d1g3st" in row.json]


def test_every_noun_that_can_be_listed_is_told_of(site: TestSite, rows: LiveRows) -> None:
    """A new noun whose list answers with its records is told of by itself; another one needs its row made."""
    lists = {entry.declared.noun for entry in site.catalogue if entry.declared.verb == "list"}
    assert lists & {*KINDS, "host", "plan"} <= rows.roles.keys()


def test_an_object_that_changes_often_is_told_once_with_its_latest_row(site: TestSite, rows: LiveRows) -> None:
    client = Client(ADMIN, lambda: None)
    for comment in ("a", "b"):
        site.database.records.put(
            replace(site.database.records.find(Storage, "x") or Storage(name="x"), comment=comment)
        )
        with site.database.reading() as tx:
            client.give(rows.read(tx, [("storage", "x")]), 7, rows.roles)
    told = client.take()
    assert told and told.place == 7 and [json.loads(row)["row"]["comment"] for row in told.rows] == ["b"]


def test_many_rows_come_in_portions_and_the_place_with_the_last(site: TestSite, rows: LiveRows) -> None:
    client, given = Client(ADMIN, lambda: None), some_rows(site, rows, AT_ONCE + 1)
    client.give(given, 9, rows.roles)
    first, second = client.take(), client.take()
    assert first and second and client.take() is None
    assert (len(first.rows), first.place, len(second.rows), second.place) == (AT_ONCE, 0, 1, 9)


def test_a_client_that_does_not_read_holds_no_memory(site: TestSite, rows: LiveRows) -> None:
    client = Client(ADMIN, lambda: None)
    client.give(some_rows(site, rows, MOST_WAITING + 1), 9, rows.roles)
    assert client.take() == Told("resync", 9)
    assert client.waiting == {}


def some_rows(site: TestSite, rows: LiveRows, count: int) -> list[Any]:
    with site.database.reading() as tx:
        row = rows.read(tx, [("kernel", "default")])[0]
    return [replace(row, name=f"k{number}") for number in range(count)]


def test_who_comes_back_is_told_what_he_missed(site: TestSite, live: Live) -> None:
    console = greeted(live)
    site.database.records.put(Storage(name="before"))
    console.until("storage", "before")
    live.leave(console)
    site.database.records.put(Storage(name="meanwhile"))
    back = Console(live, place=console.place)
    back.until("storage", "meanwhile")
    assert back.seen == []


def test_a_place_that_is_too_old_or_of_another_database_is_told_to_read_anew(site: TestSite, live: Live) -> None:
    for number in range(5):
        site.database.records.put(Storage(name=f"s{number}"))
    with site.database.transaction() as tx:
        tx.changes.trim(keep=2)
        last = tx.changes.place()
    for place in (1, last + 1000, -2):
        assert Console(live, place=place).next().event == "resync"


def test_so_many_consoles_and_no_more(site: TestSite, rows: LiveRows) -> None:
    live = Live(site.database, rows, most=1)
    Console(live)
    with pytest.raises(OpenqrmError):
        Console(live)


def test_nothing_is_told_of_what_there_is_not(live: Live) -> None:
    live.check_kinds(frozenset({"storage", "observation"}))
    with pytest.raises(OpenqrmError):
        live.check_kinds(frozenset({"secret"}))


def test_the_end_is_told_to_all(site: TestSite, rows: LiveRows) -> None:
    live = Live(site.database, rows, every_s=0.01)
    live.start()
    console = greeted(live)
    live.close()
    assert console.is_ended and console.news.is_set()


def test_a_database_that_fails_ends_no_stream(site: TestSite, rows: LiveRows) -> None:
    class Failing(LiveRows):
        def __init__(self) -> None:
            self.roles, self.failed = rows.roles, 0

        def read(self, tx: Any, changed: Any) -> Any:
            self.failed += 1
            if self.failed == 1:
                raise OSError("away")
            return rows.read(tx, changed)

    live = Live(site.database, Failing(), every_s=0.01, pause_s=0.01)
    live.start()
    console = greeted(live)
    site.database.records.put(Storage(name="one"))
    assert console.next().event == "resync"
    site.database.records.put(Storage(name="two"))
    console.until("storage", "two")
    live.close()
