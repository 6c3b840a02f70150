"""The brain: what comes next, a pure function of plan, journal and time. The same answer before a crash and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openqrm.domain.journal import Entry
from openqrm.domain.plan import OnFailure, Plan, PlanState, Step
from openqrm.engine.past import Past, StepPast

BACKOFF_CAP_S = 30.0


@dataclass(frozen=True)
class Run:
    """Carry out these steps, side by side."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Expire:
    """This step's time is up."""

    step: Step


@dataclass(frozen=True)
class Undo:
    """Take back this step."""

    step: Step


@dataclass(frozen=True)
class Wait:
    """Nothing to do before this time (epoch), unless the plan is rung."""

    until_s: float


@dataclass(frozen=True)
class Finished:
    """The plan has come to this state, because of `note`."""

    state: PlanState
    note: str


Move = Run | Expire | Undo | Wait | Finished


def next_move(
    plan: Plan,
    past: Past,
    now_s: float,
    busy: frozenset[str] = frozenset(),
    waiting: Mapping[str, float] | None = None,
) -> Move:
    """What comes next. `busy` steps are being carried out; `waiting` ones want to be looked at again at a time."""
    if past.abandoned:
        return Finished(PlanState.ABANDONED, "abandoned by an operator")
    failed = [s for s in plan.steps if past.steps[s.id].failed_for_good(s) and not s.optional]
    if past.undoing or (failed and plan.on_failure is OnFailure.UNDO):
        return Wait(float("inf")) if busy else _backward(plan, past, failed, now_s, waiting or {})
    if failed:
        return Wait(float("inf")) if busy else Finished(PlanState.STUCK, _told(failed[0], past))
    return _forward(plan, past, now_s, busy, waiting or {})


def _forward(plan: Plan, past: Past, now_s: float, busy: frozenset[str], waiting: Mapping[str, float]) -> Move:
    passed = {s.id for s in plan.steps if _over(s, past.steps[s.id])}
    open_steps = [s for s in plan.steps if s.id not in passed and s.id not in busy and passed.issuperset(s.needs)]
    if not open_steps and not busy:
        return Finished(PlanState.DONE, "")
    ready: list[Step] = []
    dues: list[float] = []
    for step in open_steps:
        own = past.steps[step.id]
        end_s = own.since_s + step.deadline_s if own.since_s else float("inf")
        due_s = max(waiting.get(step.id, 0.0), _after_failure(own.failures))
        if due_s <= now_s < end_s:
            ready.append(step)
        elif now_s >= end_s:
            return Expire(step)
        dues.append(min(due_s, end_s))
    return Run(tuple(ready)) if ready else Wait(min(dues, default=float("inf")))


def _backward(plan: Plan, past: Past, failed: list[Step], now_s: float, waiting: Mapping[str, float]) -> Move:
    """Reverse order, one after the other; what cannot be undone is kept, told, and waits for an operator at the end."""
    kept = ""
    for step in reversed(plan.steps):
        own = past.steps[step.id]
        if own.undo_failed_for_good(step):
            return Finished(PlanState.STUCK, f"step {step.id} could not be undone")
        if not own.started or own.undone or own.skipped:
            continue
        if not own.kept:
            looked_s = waiting.get(step.id, 0.0) if own.undo_since_s else 0.0
            due_s = max(looked_s, _after_failure(own.undo_failures))
            return Undo(step) if due_s <= now_s else Wait(due_s)
        kept = step.id
    why = _told(failed[0], past) if failed else "undone by an operator"
    if kept:
        return Finished(PlanState.STUCK, f"{why}; step {kept} cannot be undone")
    return Finished(PlanState.UNDONE, why)


def _over(step: Step, past: StepPast) -> bool:
    return past.passed or (step.optional and past.failed_for_good(step))


def _after_failure(failures: list[Entry]) -> float:
    if not failures:
        return 0.0
    return failures[-1].at_s + min(2.0 ** (len(failures) - 1), BACKOFF_CAP_S)


def _told(step: Step, past: Past) -> str:
    last = past.steps[step.id].failures[-1]
    return f"step {step.id}: {last.note}"
