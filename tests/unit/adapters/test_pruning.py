"""What is over and old goes; what is unfinished, stuck, untold or unseen stays."""

from collections.abc import Callable

import pytest

from openqrm.adapters.database import Database
from openqrm.adapters.database.pruning import AT_ONCE
from openqrm.adapters.database.wish_keys import KnownWish
from openqrm.domain.errors import OpenqrmError
from openqrm.domain.event import Event, Severity
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, PlanState, Step
from openqrm.plugin_api.actions import SetField

OLD_S, NEW_S, NOW_S = 100.0, 900.0, 500.0
STEP = Step(id="s", action=SetField("resource", "m1", "boot", "local", "net", "so"), why="w")


def go_on() -> bool:
    return False


def plan(database: Database, state: PlanState, at_s: float, about: str) -> str:
    step = Step(id="s", action=SetField("resource", about, "boot", "local", "net", "so"), why="w")
    with database.transaction() as tx:
        id_ = tx.plans.create(Plan(title=about, steps=(step,)), asked_by="admin", reason="", now_s=at_s)
        tx.plans.append(id_, [Entry(0, "s", Fact.STARTED, at_s)])
        if state is not PlanState.RUNNING:
            tx.plans.settle(id_, state, "", [], seen=1, now_s=at_s)
        tx.wish_keys.add("admin", f"key-{about}", KnownWish(id_, "w"), at_s)
    return id_


def event(number: int, severity: Severity, at_s: float) -> Event:
    return Event(name="", topic="t.t", about=f"x/{number}", severity=severity, text="", at_s=at_s, seen_at_s=at_s)


def prune(database: Database, breathe: Callable[[], bool] = go_on) -> int:
    return database.pruning.prune(NOW_S, NOW_S, breathe)


def test_finished_plans_go_with_their_journals_and_others_stay(database: Database) -> None:
    old = {state: plan(database, state, OLD_S, f"old-{state}") for state in PlanState}
    new = plan(database, PlanState.DONE, NEW_S, "new")
    prune(database)
    with database.reading() as tx:
        left = {each.id for each in tx.plans.page()}
        assert left == {old[PlanState.RUNNING], old[PlanState.STUCK], new}
        assert tx.plans.journal(old[PlanState.DONE]) == () and len(tx.plans.journal(old[PlanState.STUCK])) == 1
        assert tx.wish_keys.find("admin", "key-old-done") is None
        assert tx.wish_keys.find("admin", "key-old-stuck") is None and tx.wish_keys.find("admin", "key-new")
    with pytest.raises(OpenqrmError, match="plan"), database.transaction() as tx:
        tx.plans.create(
            Plan(title="p", steps=(STEP,), locks=("resource/old-stuck",)), asked_by="a", reason="", now_s=1.0
        )


def test_events_go_once_they_are_told_and_seen_to(database: Database) -> None:
    database.feed.join("mailer")
    with database.transaction() as tx:
        tx.events.emit([event(0, Severity.INFO, OLD_S), event(1, Severity.ERROR, OLD_S)])
        tx.events.emit([event(2, Severity.WARNING, OLD_S), event(3, Severity.NOTICE, NEW_S)])
        tx.events.emit([event(4, Severity.INFO, OLD_S)])
        acknowledged = next(each.name for each in tx.events.page() if each.about == "x/2")
        tx.events.acknowledge([acknowledged], "admin")
    assert prune(database) == 0
    taken = database.feed.take("mailer", 1000.0, 10.0, 100)
    database.feed.delivered("mailer", taken[3].number)
    prune(database)
    with database.reading() as tx:
        assert sorted(each.about for each in tx.events.page()) == ["x/1", "x/3", "x/4"]
    assert [each.event.about for each in database.feed.take("mailer", 2000.0, 10.0, 100)] == ["x/4"]


def test_it_goes_batch_by_batch_and_can_be_ended(database: Database) -> None:
    with database.transaction() as tx:
        tx.events.emit([event(number, Severity.INFO, OLD_S) for number in range(AT_ONCE + 10)])
    calls: list[int] = []

    def end_soon() -> bool:
        calls.append(1)
        return len(calls) > 2

    assert prune(database, end_soon) == AT_ONCE  # of tidings; the first look found no plans
    assert prune(database) == 10 + AT_ONCE + 10
    with database.reading() as tx:
        assert tx.events.page() == []
