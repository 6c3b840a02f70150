"""What an operator decides about a stuck plan, as its journal has it."""

import pytest

from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, PlanState, Step
from openqrm.planning.plan import AbandonPlan, RetryPlan, SkipStep, UndoPlan
from openqrm.plugin_api.actions import SetField
from openqrm.plugin_api.intents import Intent
from openqrm.services.decisions import DECISIONS
from tests.unit.services.site import TestSite

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
