"""A rehearsal as it is shown: what the engine would do, in order, and how it would end."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan
from openqrm.engine.pretence import pretend
from openqrm.engine.rehearsal import Rehearsed

TOLD = {
    Fact.FOUND_SO: "is so already",
    Fact.DONE: "is done",
    Fact.FAILED: "fails",
    Fact.UNDONE: "is taken back",
    Fact.KEPT: "stays",
}


class Rehearsal(msgspec.Struct):
    """How a plan would go. `ends` is its state at the end: done, undone or stuck."""

    title: str
    ends: str
    lines: list[str]
    text: str


def rehearsal_of(plan: Plan, seen: Sequence[tuple[str, str]], failing: str) -> Rehearsal:
    """SEEN is what a look at the world told of each step. FAILING is a step's id or its number in the preview."""
    so = {step.id: state == "already so" for step, (state, _) in zip(plan.steps, seen, strict=True)}
    chosen = _step(plan, failing) if failing else ""
    if so.get(chosen):
        message = f"step {chosen} is so already: it is not carried out, and cannot fail"
        raise PlanningError(Category.BAD_INPUT, message, "Name one that would change something.")
    rehearsed = pretend(plan, so, chosen)
    lines = [line for entry in rehearsed.journal if (line := _line(plan, entry))]
    return Rehearsal(plan.title, rehearsed.state, lines, "\n".join([plan.title, *lines, _end(rehearsed)]))


def _step(plan: Plan, asked: str) -> str:
    ids = [step.id for step in plan.steps]
    if asked.isdecimal() and 0 < int(asked) <= len(ids):
        return ids[int(asked) - 1]
    if asked not in ids:
        raise PlanningError(Category.NOT_FOUND, f"the plan has no step {asked[:60]}", f"Its steps: {', '.join(ids)}")
    return asked


def _line(plan: Plan, entry: Entry) -> str:
    if entry.fact not in TOLD:
        return ""
    number, step = next((n, each) for n, each in enumerate(plan.steps, 1) if each.id == entry.step)
    because = f": {entry.note}" if entry.fact is Fact.KEPT else ""
    return f"{number:>3}. {step.action.describe()}: {TOLD[entry.fact]}{because}"


def _end(rehearsed: Rehearsed) -> str:
    return f"The plan is {rehearsed.state}." + (f" It says: {rehearsed.note}" if rehearsed.note else "")
