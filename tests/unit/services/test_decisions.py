"""What an operator decides about a stuck plan, as its journal has it."""

from dataclasses import replace

import pytest

from openqrm.domain.event import Event, Severity
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, PlanState, Step
from openqrm.planning.plan import AbandonPlan, RetryPlan, SkipStep, UndoPlan
from openqrm.planning.site import ShowSummary
from openqrm.plugin_api.actions import SetField
from openqrm.plugin_api.intents import Intent
from openqrm.services.decisions import DECISIONS
from tests.unit.services.site import ADMIN, TestSite

Told = tuple[Fact, str, str]


def stuck(site: TestSite) -> str:
    """Two of its three steps have failed."""
    action = SetField("resource", "m1", "comment", "new", "", "Say something of m1")
    steps = tuple(Step(id=name, action=action, why="it was asked for") for name in "abc")
    with site.database.transaction() as tx:
        plan = Plan(title="a plan", steps=steps, intent="resource.edit", locks=("resource/m1",), about="resource/m1")
        number = tx.plans.create(plan, asked_by="ann", reason="", now_s=1.0)
    failed = (Fact.FAILED, Fact.DONE, Fact.FAILED)
    site.database.plans.append(number, [Entry(n, "abc"[n], fact, 2.0) for n, fact in enumerate(failed)])
    site.database.plans.settle(number, PlanState.STUCK, "no", [], seen=3)
    return number


@pytest.mark.parametrize(
    ("intent", "told"),
    [
        (RetryPlan("1"), [(Fact.RETRIED, "a", "by bob"), (Fact.RETRIED, "c", "by bob")]),
        (RetryPlan("1", "c"), [(Fact.RETRIED, "c", "by bob")]),
        (SkipStep("1", "a", "it is scrap"), [(Fact.SKIPPED, "a", "it is scrap (by bob)")]),
        (UndoPlan("1"), [(Fact.UNDO_ASKED, "", "by bob")]),
        (AbandonPlan("1", "it is scrap"), [(Fact.ABANDONED, "", "it is scrap (by bob)")]),
    ],
    ids=["retry all", "retry one", "skip", "undo", "abandon"],
)
def test_each_exit_is_a_fact_with_who_and_why(site: TestSite, intent: Intent, told: list[Told]) -> None:
    number = stuck(site)
    assert number == "1"
    with site.database.transaction() as tx:
        DECISIONS[type(intent)](intent, tx, "bob", 9.0)
    assert [(each.fact, each.step, each.note) for each in site.database.plans.journal(number)[3:]] == told


def test_the_dashboard_has_a_stuck_plan_once(site: TestSite) -> None:
    number = stuck(site)
    told = Event(
        name="", topic="plan.stuck", about="resource/m1", severity=Severity.ERROR, text="a plan: no", plan=number
    )
    with site.database.transaction() as tx:
        tx.events.emit([told, replace(told, text="another one: no", plan="99")])
    shown = site.desk.answer(ADMIN, ShowSummary())
    assert [plan.id for plan in shown.stuck] == [number]
    assert [event.plan for event in shown.attention] == ["99"]  # which has ended since
