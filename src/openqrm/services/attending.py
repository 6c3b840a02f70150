"""A plan store that tells when a plan has ended: to whoever waits for it, and to what plugins keep running."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openqrm.domain.event import Event
from openqrm.domain.journal import Entry
from openqrm.domain.plan import PlanState, StoredPlan
from openqrm.ports.plans import PlanStore
from openqrm.services.endings import Endings

ABOUT = ("plugin/", "network/")


class AttendedPlans:
    """ports.plans.PlanStore over another one."""

    def __init__(self, below: PlanStore, endings: Endings, on_change: Callable[[], None]) -> None:
        self._below, self._endings, self._on_change = below, endings, on_change

    def load(self, plan: str) -> StoredPlan:
        return self._below.load(plan)

    def journal(self, plan: str) -> tuple[Entry, ...]:
        return self._below.journal(plan)

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        self._below.append(plan, entries)

    def flush(self) -> None:
        self._below.flush()

    def park(self, plan: str, *, seen: int, due_s: float, note: str) -> None:
        self._below.park(plan, seen=seen, due_s=due_s, note=note)

    def settle(self, plan: str, state: PlanState, note: str, events: Sequence[Event], *, seen: int) -> None:
        self._below.settle(plan, state, note, events, seen=seen)
        self._endings.tell(plan)
        if any(event.about.startswith(ABOUT) for event in events):
            self._on_change()

    def unfinished(self) -> list[tuple[str, float]]:
        return self._below.unfinished()
