"""The row of changes: nobody who writes is forgotten, nothing is told before it is committed, nothing is skipped."""

import threading
from dataclasses import replace

import pytest

from openqrm.adapters.database import Database
from openqrm.adapters.database.change_triggers import TOLD
from openqrm.adapters.database.tables import RECORDS
from openqrm.domain.event import Event, Severity
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, PlanState
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Storage
from openqrm.domain.user import SecondFactor


def place(database: Database) -> int:
    with database.reading() as tx:
        return tx.changes.place()


def news(database: Database, since: int) -> list[tuple[str, str]]:
    with database.reading() as tx:
        return list(tx.changes.since(since).objects)


def test_a_record_that_comes_changes_and_goes_is_told_three_times(database: Database) -> None:
    before = place(database)
    made = database.records.put(Storage(name="mem", type="tmpfs-storage"))
    database.records.put(replace(made, comment="larger"))
    database.records.remove(Storage, "mem")
    assert news(database, before) == [("storage", "mem")] * 3
    assert news(database, place(database)) == []


def test_a_plan_is_told_with_every_fact_and_its_events_with_it(database: Database) -> None:
    before = place(database)
    with database.transaction() as tx:
        plan = tx.plans.create(Plan(title="t", steps=()), asked_by="admin", reason="", now_s=1.0)
    database.plans.append(plan, [Entry(0, "", Fact.RETRIED, 1.0)])
    event = Event(name="", topic="t.done", about="storage/mem", severity=Severity.INFO, text="t")
    database.plans.settle(plan, PlanState.DONE, "", [event], seen=1)
    assert set(news(database, before)) == {("plan", plan), ("event", "1")}
    assert news(database, before).count(("plan", plan)) == 3


def test_what_machines_report_all_the_time_is_no_change_what_has_happened_to_them_is(database: Database) -> None:
    with database.machines() as machines:
        machines.add_resources([Resource(name="m1")])
        machines.put_observations([("m1", {"milestone": "uplink"})])
    before = place(database)
    with database.machines() as machines:
        machines.put_observations([("m1", {"last_seen_s": 5.0, "statistics": {"load_1": 1}})])
    assert news(database, before) == []
    with database.machines() as machines:
        machines.put_observations([("m1", {"milestone": "init"})])
        machines.put_hardware([("m1", {"memory_mib": 512})])
    assert news(database, before) == [("observation", "m1"), ("resource", "m1")]


def test_every_kind_is_told_but_second_factors(database: Database) -> None:
    assert {kind for kind, _ in TOLD.values()} == {*RECORDS, "plan"} - {"factor"}
    before = place(database)
    database.records.put(SecondFactor(name="admin"))
    assert news(database, before) == []


def test_a_host_is_told_of_when_a_vm_has_left_it_and_when_it_is_one_no_more(database: Database) -> None:
    records = database.records
    host = records.put(Resource(name="h1", carries="kvm"))
    vm = records.put(Resource(name="vm1", type="kvm", host="h1"))
    before = place(database)
    vm = records.put(replace(vm, comment="stays"))
    assert news(database, before) == [("resource", "vm1")]
    before = place(database)
    vm = records.put(replace(vm, host="h2"))
    assert set(news(database, before)) == {("resource", "vm1"), ("host", "h1")}
    before = place(database)
    records.remove(Resource, "vm1")
    assert set(news(database, before)) == {("resource", "vm1"), ("host", "h2")}
    before = place(database)
    records.put(replace(host, carries=""))
    assert set(news(database, before)) == {("resource", "h1"), ("host", "h1")}


def test_what_is_taken_back_was_never_told(database: Database) -> None:
    before = place(database)
    with pytest.raises(ValueError), database.transaction() as tx:
        tx.records.put(Observation(name="m1"))
        raise ValueError
    assert news(database, before) == []


def test_a_writer_who_began_early_and_ends_late_is_not_passed_over(database: Database) -> None:
    """On PostgreSQL it has the lower number in the row when it commits; on SQLite the other one waits for it."""
    began, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with database.transaction() as tx:
            tx.records.put(Storage(name="early"))
            began.set()
            go_on.wait(20)

    before = place(database)
    slow = threading.Thread(target=slowly)
    slow.start()
    began.wait(20)
    fast = threading.Thread(target=lambda: database.records.put(Storage(name="late")))
    fast.start()
    if not database.connections.on_sqlite:
        fast.join(20)
    told = news(database, before)
    with database.reading() as tx:
        between = tx.changes.since(before).place
    go_on.set()
    slow.join(20)
    fast.join(20)
    assert {*told, *news(database, between)} == {("storage", "early"), ("storage", "late")}


def test_only_the_latest_are_kept(database: Database) -> None:
    before = place(database)
    for number in range(5):
        database.records.put(Storage(name=f"s{number}"))
    with database.transaction() as tx:
        assert tx.changes.trim() == 0
        assert tx.changes.trim(keep=2) == 3
    with database.reading() as tx:
        assert tx.changes.oldest() > before
        assert [name for _, name in tx.changes.since(tx.changes.oldest() - 1).objects] == ["s3", "s4"]
