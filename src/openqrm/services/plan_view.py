"""A plan as it is shown, the same at every door: steps, reasons, what became of them, the way back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from openqrm.domain.decision import DECISIONS
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Irreversible, OnFailure, Plan, PlanState, Reversal, Step, StoredPlan

STATES = {
    Fact.FOUND_SO: "found so",
    Fact.WAITING: "at work",
    Fact.STARTED: "at work",
    Fact.DONE: "done",
    Fact.FAILED: "failed",
    Fact.UNDO_STARTED: "taking back",
    Fact.UNDONE: "undone",
    Fact.KEPT: "kept",
    Fact.UNDO_FAILED: "undo failed",
    Fact.RETRIED: "waiting",
    Fact.SKIPPED: "skipped",
}
VERBS = {Fact.RETRIED: "retry", Fact.SKIPPED: "skip", Fact.UNDO_ASKED: "undo", Fact.ABANDONED: "abandon"}


class StepView(msgspec.Struct, kw_only=True):
    """A step: what it does and why, what takes it back, and what the journal says of it."""

    id: str
    what: str
    why: str
    needs: list[str]
    undo: str
    notice: str = ""
    optional: bool = False
    state: str = "waiting"
    note: str = ""
    hint: str = ""
    began_s: float = 0.0
    ended_s: float = 0.0


class PlanView(msgspec.Struct, kw_only=True):
    """A plan: asked for by whom and why, in which state, and its steps. `digest` names what was shown."""

    id: str
    title: str
    intent: str
    about: str
    state: str
    steps: list[StepView]
    confirm: str = ""
    on_failure: str = "undo"
    digest: str = ""
    asked_by: str = ""
    asked_from: str = ""
    reason: str = ""
    created_s: float = 0.0
    finished_s: float = 0.0
    note: str = ""
    can: list[str] = []
    reversal: Reversal | None = None  # what is asked for instead when it is done and is to be undone
    wish: dict[str, Any] | None = None  # what was said when it was asked for; null: it cannot be asked for again

    @property
    def is_open(self) -> bool:
        """It still moves."""
        return self.state == PlanState.RUNNING


def view_plan(plan: Plan, *, id_: str = "", state: str = "planned", digest: str = "") -> PlanView:
    """A plan before anything has become of it."""
    return PlanView(
        id=id_, title=plan.title, intent=plan.intent, about=plan.about, state=state, confirm=plan.confirm,
        on_failure=plan.on_failure, digest=digest, steps=[_view_step(step) for step in plan.steps],
        wish=plan.wish, reversal=plan.reversal,
    )  # fmt: skip


def _view_step(step: Step) -> StepView:
    return StepView(
        id=step.id, what=step.action.describe(), why=step.why, needs=list(step.needs), undo=_undo_of(step),
        notice=step.notice, optional=step.optional,
    )  # fmt: skip


def _undo_of(step: Step) -> str:
    match step.inverse:
        case None:
            return ""
        case Irreversible(because):
            return f"cannot be undone: {because}"
        case inverse:
            return inverse.describe()


def view_stored(stored: StoredPlan, journal: Iterable[Entry]) -> PlanView:
    """A stored plan with what its journal says."""
    view = view_plan(stored.plan, id_=stored.id, state=stored.state)
    view.asked_by, view.asked_from = stored.asked_by, stored.asked_from
    view.reason, view.note = stored.reason, stored.note
    view.created_s, view.finished_s = stored.created_s, stored.finished_s
    steps = {step.id: step for step in view.steps}
    for entry in journal:
        if entry.step in steps:
            _note(steps[entry.step], entry)
    view.can = possible_decisions(stored)
    return view


def _note(step: StepView, entry: Entry) -> None:
    kept = step.hint if entry.fact in (Fact.UNDO_STARTED, Fact.UNDONE) else ""  # what failed is still to be mended
    step.state, step.note, step.hint = STATES.get(entry.fact, step.state), entry.note, entry.hint or kept
    if entry.fact in (Fact.STARTED, Fact.WAITING, Fact.UNDO_STARTED):
        step.began_s = step.began_s or entry.at_s
        step.ended_s = 0.0
    else:
        step.began_s = step.began_s or entry.at_s
        step.ended_s = entry.at_s


def possible_decisions(stored: StoredPlan) -> list[str]:
    """Which buttons the page of this plan has."""
    return [VERBS[fact] for fact in VERBS if fact in DECISIONS[stored.state]]


def digest_of(shown: PlanView) -> str:
    """A short name for exactly what is shown; ids and times do not count."""
    text = "\n".join(render_lines(shown))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def render_lines(view: PlanView) -> list[str]:
    """The plan as text: what, why, in which order, and what cannot be taken back."""
    lines = [view.title]
    for number, step in enumerate(view.steps, 1):
        optional = " (may fail)" if step.optional else ""
        lines.append(f"{number:>3}. {step.what}{optional}: {step.why}")
        if step.notice:
            lines.append(f"     users notice: {step.notice}")
        if step.undo.startswith("cannot"):
            lines.append(f"     {step.undo}")
    undo = "everything done is taken back" if view.on_failure == OnFailure.UNDO else "it waits for an operator"
    lines.append(f"If a step fails, {undo}.")
    if view.confirm:
        lines.append(f"This must be confirmed by typing: {view.confirm}")
    return lines
