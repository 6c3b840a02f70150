"""The third dry run: carry a plan out on simulators, from its first step to its end, with a clock that is turned on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.event import Event
from openqrm.domain.journal import Entry
from openqrm.domain.plan import Plan, PlanState, StoredPlan
from openqrm.engine.runner import Runner
from openqrm.ports.plans import Fenced
from openqrm.ports.world import World

PATIENCE = 1000  # waits


class RehearsalWorld(World, Protocol):
    """A world whose time can be turned on."""

    def advance(self, seconds: float) -> None: ...


class MemoryPlans:
    """Implements the ports PlanStore and Dispatcher in memory."""

    def __init__(self) -> None:
        self.plans: dict[str, StoredPlan] = {}
        self.journals: dict[str, list[Entry]] = {}
        self.events: list[Event] = []
        self.dues: dict[str, float] = {}

    def add(self, plan: Plan, now_s: float) -> str:
        """Store it, with its number as id."""
        id_ = str(len(self.plans) + 1)
        stored = StoredPlan(id=id_, plan=plan, state=PlanState.RUNNING, asked_by="", reason="", created_s=now_s)
        self.plans[id_], self.journals[id_] = stored, []
        return id_

    def load(self, plan: str) -> StoredPlan:
        if plan not in self.plans:
            raise PlanningError(Category.NOT_FOUND, f"there is no plan {plan}", "List them: plan list")
        return self.plans[plan]

    def journal(self, plan: str) -> tuple[Entry, ...]:
        return tuple(self.journals[plan])

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        self._refuse_news(plan, entries[0].seq)
        self.journals[plan] += entries

    def flush(self) -> None:
        """Nothing outlives the end of a rehearsal."""

    def park(self, plan: str, *, seen: int, due_s: float, note: str) -> None:
        self._refuse_news(plan, seen)
        self.plans[plan] = replace(self.plans[plan], due_s=due_s, note=note)

    def settle(self, plan: str, state: PlanState, note: str, events: Sequence[Event], *, seen: int) -> None:
        self._refuse_news(plan, seen)
        self.plans[plan] = replace(self.plans[plan], state=state, note=note)
        self.events += events

    def _refuse_news(self, plan: str, seen: int) -> None:
        if seen != len(self.journals[plan]):
            raise Fenced

    def unfinished(self) -> list[tuple[str, float]]:
        return [(p.id, p.due_s) for p in self.plans.values() if p.state is PlanState.RUNNING]

    def submit(self, plan: str, *, due_s: float = 0) -> None:
        self.dues[plan] = due_s


@dataclass(frozen=True)
class Rehearsed:
    """How a plan ended, what was told, and its journal."""

    state: PlanState
    note: str
    journal: tuple[Entry, ...]
    took_s: float  # by the turned clock


def rehearse(plan: Plan, world: RehearsalWorld) -> Rehearsed:
    """Carry the plan out in this world. Raises PlanningError `unavailable` when it does not end."""
    plans, began_s = MemoryPlans(), world.now_s()
    id_ = plans.add(plan, began_s)
    drive_to_end(plans, id_, world)
    ended = plans.load(id_)
    return Rehearsed(ended.state, ended.note, plans.journal(id_), world.now_s() - began_s)


def drive_to_end(plans: MemoryPlans, plan: str, world: RehearsalWorld) -> None:
    """Drive it, turning the clock on to when it is due, until it is no longer running."""
    runner = Runner(plans, world, plans, steps_at_once=1)
    try:
        for _ in range(PATIENCE):
            runner.drive(plan)
            if plans.load(plan).state is not PlanState.RUNNING:
                return
            world.advance(max(plans.dues[plan] - world.now_s(), 0.01))
    finally:
        runner.close()
    message = f"{plans.load(plan).plan.title} does not end: {plans.load(plan).note}"
    raise PlanningError(Category.UNAVAILABLE, message, "See whether the simulator lets time go by.")
