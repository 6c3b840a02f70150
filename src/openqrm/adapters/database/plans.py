"""Plans, journals, locks."""

from __future__ import annotations

from collections.abc import Sequence

from openqrm.domain.event import Event
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, PlanState, StoredPlan


class Plans:
    """Plans in the caller's transaction."""

    def create(self, plan: Plan, *, asked_by: str, reason: str, now_s: float) -> str:
        """Store it as running and take its locks; its id, to be submitted after the commit.

        Raises PlanningError `busy` that names the plan which holds one of its objects.
        """
        raise NotImplementedError

    def decide(self, plan: str, fact: Fact, *, step: str = "", note: str, now_s: float) -> None:
        """An operator's decision (RETRIED, SKIPPED, UNDO_ASKED, ABANDONED): written, and the plan is running again.

        Submit it after the commit. Raises PlanningError `conflict` when it is too late for this decision, or when a
        later plan has touched the same objects since.
        """
        raise NotImplementedError

    def ring(self, ref: str) -> list[str]:
        """Running plans that hold a lock on `kind/name`: submit them, something has happened to it."""
        raise NotImplementedError

    def page(
        self, *, states: Sequence[PlanState] = (), about: str = "", before: str = "", limit: int = 100
    ) -> list[StoredPlan]:
        """Plans, newest first; `before` is the id of the last one on the page before."""
        raise NotImplementedError

    def load(self, plan: str) -> StoredPlan:
        """Raises PlanningError `not_found`."""
        raise NotImplementedError

    def journal(self, plan: str) -> tuple[Entry, ...]:
        """All facts, in order."""
        raise NotImplementedError


class DatabasePlans:
    """ports.plans.PlanStore; every call is a transaction of its own."""

    def load(self, plan: str) -> StoredPlan:
        raise NotImplementedError

    def journal(self, plan: str) -> tuple[Entry, ...]:
        raise NotImplementedError

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        raise NotImplementedError

    def park(self, plan: str, *, due_s: float, note: str) -> None:
        raise NotImplementedError

    def settle(self, plan: str, state: PlanState, note: str, events: Sequence[Event]) -> None:
        raise NotImplementedError

    def unfinished(self) -> list[tuple[str, float]]:
        raise NotImplementedError
