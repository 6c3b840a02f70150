"""Plans, journals and locks: one writer, one hand on each object, decisions that come in time."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from openqrm.adapters.database import Database
from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.domain.event import Event, Severity
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Plan, PlanState
from openqrm.domain.storage import Image, Volume
from openqrm.plugin_api.codec import ActionCodec
from openqrm.ports.plans import Fenced
from tests.postgresql import PostgreSql
from tests.unit.adapters.actions import plan_files
from tests.unit.adapters.conftest import CODEC

FOLDER = Path("/nowhere")


def create(database: Database, *files: str) -> str:
    with database.transaction() as tx:
        return tx.plans.create(plan_files(FOLDER, *files), asked_by="ann", reason="because", now_s=100.0)


def settle(database: Database, plan: str, state: PlanState, note: str, events: list[Event]) -> None:
    database.plans.settle(plan, state, note, events, seen=len(database.plans.journal(plan)))


def decide(database: Database, plan: str, fact: Fact, step: str = "") -> None:
    with database.transaction() as tx:
        tx.plans.decide(plan, fact, step=step, note="ann: because", now_s=200.0)


def category_of(raised: pytest.ExceptionInfo[OpenqrmError]) -> Category:
    return raised.value.category


def test_a_plan_comes_back_as_it_went_in(database: Database) -> None:
    plan = create(database, "a", "b")
    stored = database.plans.load(plan)
    assert stored.plan == plan_files(FOLDER, "a", "b")
    assert (stored.state, stored.asked_by, stored.reason, stored.created_s) == (
        PlanState.RUNNING, "ann", "because", 100.0,
    )  # fmt: skip
    with pytest.raises(OpenqrmError) as missing:
        database.plans.load("no-number")
    assert category_of(missing) is Category.NOT_FOUND


def test_a_step_comes_back_with_what_takes_it_back() -> None:
    plan = plan_files(FOLDER, "a", "b")
    first, second = plan.steps
    with_back = replace(plan, steps=(replace(first, back=second.action), second))
    loaded = CODEC.load_plan(CODEC.dump_plan(with_back))
    assert loaded == with_back and [step.inverse for step in loaded.steps] == [second.action, None]


def test_a_journal_is_appended_to_by_one_only(database: Database) -> None:
    plan = create(database, "a")
    facts = (Entry(0, "a", Fact.STARTED, 1.5, "why"), Entry(1, "a", Fact.FAILED, 2.5, "no", "busy", "wait"))
    database.plans.append(plan, facts)
    assert database.plans.journal(plan) == facts
    with pytest.raises(Fenced):
        database.plans.append(plan, (Entry(1, "a", Fact.DONE, 3.0),))
    assert database.plans.journal(plan) == facts


def test_the_second_plan_on_an_object_is_told_of_the_first(database: Database) -> None:
    first = create(database, "a", "b")
    with pytest.raises(OpenqrmError) as busy:
        create(database, "b", "c")
    assert category_of(busy) is Category.BUSY
    assert f"plan {first}" in busy.value.message
    with database.reading() as tx:
        assert [plan.id for plan in tx.plans.page()] == [first]


@pytest.mark.parametrize("end", [PlanState.DONE, PlanState.UNDONE, PlanState.ABANDONED])
def test_an_end_releases_the_locks_and_tells(database: Database, end: PlanState) -> None:
    plan = create(database, "a")
    said = Event(name="", topic=f"plan.{end}", about="file/a", severity=Severity.NOTICE, text="so", seen_at_s=5.0)
    settle(database, plan, end, "so", [said])
    create(database, "a")
    with database.reading() as tx:
        assert [event.topic for event in tx.events.page()] == [f"plan.{end}"]


def test_stuck_keeps_the_locks(database: Database) -> None:
    plan = create(database, "a")
    settle(database, plan, PlanState.STUCK, "step a: no", [])
    with pytest.raises(OpenqrmError):
        create(database, "a")
    assert database.plans.load(plan).note == "step a: no"


def test_a_plan_is_settled_once(database: Database) -> None:
    plan = create(database, "a")
    settle(database, plan, PlanState.DONE, "", [])
    with pytest.raises(Fenced):
        settle(database, plan, PlanState.DONE, "", [])


def test_unfinished_are_the_running_ones_with_their_due_time(database: Database) -> None:
    one, two, three = create(database, "a"), create(database, "b"), create(database, "c")
    database.plans.park(one, seen=0, due_s=500.0, note="waiting for a")
    settle(database, two, PlanState.STUCK, "", [])
    assert sorted(database.plans.unfinished()) == [(one, 500.0), (three, 100.0)]


def test_ring_finds_the_running_plan_on_an_object(database: Database) -> None:
    one, two = create(database, "a"), create(database, "b")
    settle(database, two, PlanState.DONE, "", [])
    with database.reading() as tx:
        assert (tx.plans.ring("file/a"), tx.plans.ring("file/b")) == ([one], [])


@pytest.mark.parametrize("fact", [Fact.RETRIED, Fact.SKIPPED, Fact.UNDO_ASKED, Fact.ABANDONED])
def test_a_stuck_plan_runs_again_by_each_decision(database: Database, fact: Fact) -> None:
    plan = create(database, "a")
    database.plans.append(plan, (Entry(0, "a", Fact.STARTED, 1.0),))
    settle(database, plan, PlanState.STUCK, "step a", [])
    decide(database, plan, fact, "a" if fact in (Fact.RETRIED, Fact.SKIPPED) else "")
    assert database.plans.load(plan).state is PlanState.RUNNING
    assert database.plans.journal(plan)[-1].fact is fact


def test_a_done_plan_is_undone_while_nobody_has_touched_its_objects(database: Database) -> None:
    plan = create(database, "a")
    settle(database, plan, PlanState.DONE, "", [])
    decide(database, plan, Fact.UNDO_ASKED)
    with pytest.raises(OpenqrmError) as busy:
        create(database, "a")
    assert category_of(busy) is Category.BUSY


def test_a_done_plan_is_not_undone_over_a_later_one(database: Database) -> None:
    plan = create(database, "a", "b")
    settle(database, plan, PlanState.DONE, "", [])
    later = create(database, "b")
    settle(database, later, PlanState.DONE, "", [])
    with pytest.raises(OpenqrmError) as refused:
        decide(database, plan, Fact.UNDO_ASKED)
    assert category_of(refused) is Category.CONFLICT
    assert f"plan {later}" in refused.value.message


def test_a_later_plan_that_was_undone_is_in_nobodys_way(database: Database) -> None:
    plan = create(database, "a")
    settle(database, plan, PlanState.DONE, "", [])
    settle(database, create(database, "a"), PlanState.UNDONE, "", [])
    decide(database, plan, Fact.UNDO_ASKED)


@pytest.mark.parametrize(
    ("state", "fact"),
    [(PlanState.DONE, Fact.RETRIED), (PlanState.UNDONE, Fact.UNDO_ASKED), (PlanState.ABANDONED, Fact.RETRIED)],
)
def test_some_decisions_come_too_late(database: Database, state: PlanState, fact: Fact) -> None:
    plan = create(database, "a")
    settle(database, plan, state, "", [])
    with pytest.raises(OpenqrmError) as refused:
        decide(database, plan, fact)
    assert category_of(refused) is Category.CONFLICT


def test_a_runner_that_has_not_seen_the_wish_to_undo_cannot_finish(database: Database) -> None:
    plan = create(database, "a")
    decide(database, plan, Fact.UNDO_ASKED)
    with pytest.raises(Fenced):
        database.plans.settle(plan, PlanState.DONE, "", [], seen=0)
    settle(database, plan, PlanState.UNDONE, "undone by an operator", [])


@pytest.mark.parametrize("fact", [Fact.RETRIED, Fact.SKIPPED, Fact.UNDO_ASKED, Fact.ABANDONED])
def test_a_decision_that_comes_just_before_a_plan_is_stuck_or_parked_is_not_lost(
    database: Database, fact: Fact
) -> None:
    plan = create(database, "a")
    database.plans.append(plan, (Entry(0, "a", Fact.STARTED, 1.0), Entry(1, "a", Fact.FAILED, 2.0, "no", "refused")))
    decide(database, plan, fact, "a" if fact in (Fact.RETRIED, Fact.SKIPPED) else "")
    with pytest.raises(Fenced):
        database.plans.settle(plan, PlanState.STUCK, "step a: no", [], seen=2)
    with pytest.raises(Fenced):
        database.plans.park(plan, seen=2, due_s=9e9, note="waiting for a")
    assert database.plans.load(plan).state is PlanState.RUNNING
    assert database.plans.unfinished() == [(plan, 200.0)]


@pytest.mark.parametrize("fact", [Fact.ABANDONED, Fact.UNDO_ASKED, Fact.RETRIED, Fact.SKIPPED])
def test_who_abandons_has_the_last_word(database: Database, fact: Fact) -> None:
    """Also while what the plan left at work is being ended."""
    plan = create(database, "a")
    decide(database, plan, Fact.ABANDONED)
    with pytest.raises(PlanningError, match=f"plan {plan} is abandoned: it cannot be [a-z]*(ed|undone) any more"):
        decide(database, plan, fact)
    assert len(database.plans.journal(plan)) == 1


def test_who_settles_waits_for_the_decision_that_is_being_written(database: Database) -> None:
    plan = create(database, "a")
    ended: list[BaseException | None] = []

    def settle_as_stuck() -> None:
        try:
            database.plans.settle(plan, PlanState.STUCK, "step a: no", [], seen=0)
        except Fenced as fenced:
            ended.append(fenced)
        else:
            ended.append(None)

    runner = threading.Thread(target=settle_as_stuck)
    with database.transaction() as tx:
        tx.plans.decide(plan, Fact.UNDO_ASKED, note="ann", now_s=200.0)
        runner.start()
        runner.join(0.3)
    runner.join()
    assert isinstance(ended[0], Fenced) and database.plans.load(plan).state is PlanState.RUNNING


@pytest.mark.postgresql
def test_a_plan_made_from_what_another_has_changed_meanwhile_is_not_stored(postgres: PostgreSql, migrated: str) -> None:
    """SQLite has one writer, who reads and stores without anybody in between."""
    mine, other = (Database(url, CODEC) for url in [postgres.url(postgres.new(migrated))] * 2)
    volume, kernel = other.records.put(Volume(name="web")), other.records.put(Kernel(name="k"))
    plan = replace(plan_files(FOLDER, "a"), locks=("image/new", "volume/web"))
    with pytest.raises(PlanningError) as stale, mine.transaction() as tx:
        assert not tx.facts.get(Volume, "web").granted_to and tx.facts.find(Image, "new") is None
        other.records.change(volume, {"granted_to": "m1"})
        tx.plans.create(replace(plan, made_from=tx.facts.made_from), asked_by="ann", reason="", now_s=1.0)
    assert stale.value.category is Category.STALE and "volume/web" in stale.value.message
    with mine.transaction() as tx:
        assert tx.facts.get(Volume, "web").granted_to and tx.facts.get(Kernel, "k") is not None
        other.records.change(kernel, {"comment": "it is not locked: it may change at any time"})
        tx.plans.create(replace(plan, made_from=tx.facts.made_from), asked_by="ann", reason="", now_s=1.0)
    with mine.reading() as tx:
        assert len(tx.plans.page()) == 1, "what was refused is not stored"
    mine.close()
    other.close()


def test_pages_go_back_in_time(database: Database) -> None:
    plans = [create(database, name) for name in "abcde"]
    settle(database, plans[1], PlanState.STUCK, "", [])
    with database.reading() as tx:
        first = tx.plans.page(limit=2)
        second = tx.plans.page(limit=2, before=first[-1].id)
        assert [plan.id for plan in first + second] == plans[:0:-1]
        assert [plan.id for plan in tx.plans.page(states=[PlanState.STUCK])] == [plans[1]]


def test_plans_of_a_disabled_plugin_are_listed_without_their_steps(database: Database) -> None:
    plan = create(database, "a")
    other = Database(database.url, ActionCodec(()))
    with other.reading() as tx:
        assert [(shown.id, shown.plan.title, shown.plan.steps) for shown in tx.plans.page()] == [(plan, "Write a", ())]
    with pytest.raises(OpenqrmError) as unknown:
        other.plans.load(plan)
    other.close()
    assert category_of(unknown) is Category.UNSUPPORTED


def test_a_plan_without_steps_locks_nothing(database: Database) -> None:
    with database.transaction() as tx:
        tx.plans.create(Plan(title="nothing", steps=()), asked_by="ann", reason="", now_s=1.0)


def hold(database: Database, *locks: str, shares: str = "") -> str:
    plan = Plan(title="Hold", steps=(), locks=locks, shares=(shares,) if shares else ())
    with database.transaction() as tx:
        return tx.plans.create(plan, asked_by="ann", reason="", now_s=1.0)


def end(database: Database, plan: str) -> None:
    settle(database, plan, PlanState.DONE, "", [])


def test_many_share_an_object_and_nobody_touches_it_meanwhile(database: Database) -> None:
    sharing = [hold(database, f"volume/{name}", shares="volume/golden") for name in "abc"]
    for each in sharing:
        with pytest.raises(OpenqrmError, match="is at work on volume/golden"):
            hold(database, "volume/golden")
        end(database, each)
    touching = hold(database, "volume/golden")
    with pytest.raises(OpenqrmError, match=f"plan {touching} is at work on volume/golden"):
        hold(database, shares="volume/golden")
    end(database, touching)
    hold(database, shares="volume/golden")


def test_what_is_touched_is_not_only_shared(database: Database) -> None:
    hold(database, "volume/golden", shares="volume/golden")
    with pytest.raises(OpenqrmError, match="is at work on volume/golden"):
        hold(database, shares="volume/golden")


def test_sharing_since_is_not_in_the_way_of_an_undo_and_touching_is(database: Database) -> None:
    first = hold(database, "volume/a", shares="volume/golden")
    end(database, first)
    end(database, hold(database, "volume/b", shares="volume/golden"))
    decide(database, first, Fact.UNDO_ASKED)
    end(database, first)
    end(database, hold(database, "volume/golden"))
    with pytest.raises(OpenqrmError, match="has worked on volume/golden"):
        decide(database, first, Fact.UNDO_ASKED)


def test_two_that_share_and_touch_at_once_do_not_both_get_it(database: Database) -> None:
    """On PostgreSQL neither would see the other before it is committed."""
    gate, taken = threading.Barrier(8), []

    def ask(number: int) -> None:
        gate.wait()
        try:
            shared = number % 2 == 0
            plan = hold(database, *([] if shared else ["volume/golden"]), shares="volume/golden" if shared else "")
        except OpenqrmError:
            return
        taken.append((plan, shared))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = {shared for _, shared in taken}
    assert taken and (kinds == {True} or len(taken) == 1), taken
