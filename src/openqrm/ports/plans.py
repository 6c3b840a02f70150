"""Where plans and journals live, and who drives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from openqrm.domain.event import Event
from openqrm.domain.journal import Entry
from openqrm.domain.plan import PlanState, StoredPlan


class Fenced(Exception):
    """Another runner has written this journal: whoever gets this must let go of the plan at once."""


class PlanStore(Protocol):
    """Plans and their append-only journals. Every call is durable when it returns, whatever ends this process."""

    def load(self, plan: str) -> StoredPlan:
        """Raises PlanningError `not_found`."""
        ...

    def journal(self, plan: str) -> tuple[Entry, ...]: ...

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        """Write facts. Raises Fenced when the first sequence number is taken."""
        ...

    def flush(self) -> None:
        """What was appended so far outlives a power cut, too, when this returns."""
        ...

    def park(self, plan: str, *, seen: int, due_s: float, note: str) -> None:
        """The plan waits: drive it again at `due_s`, or when one of its objects is rung.

        `seen` is how many facts this was decided from. Raises Fenced when there are more by now.
        """
        ...

    def settle(self, plan: str, state: PlanState, note: str, events: Sequence[Event], *, seen: int) -> None:
        """The plan came to an end or is stuck; its events go to the outbox in the same transaction.

        All states but stuck release its locks. `seen` is how many facts this was decided from: raises Fenced when
        there are more by now, as when an operator has decided meanwhile.
        """
        ...

    def unfinished(self) -> list[tuple[str, float]]:
        """Running plans and when each is due (epoch)."""
        ...


class Dispatcher(Protocol):
    """Has plans driven, by whatever keeps a queue. It carries no state of a plan."""

    def submit(self, plan: str, *, due_s: float = 0) -> None:
        """Drive this plan at `due_s` (epoch; 0: now). Asking twice drives it once at the earlier time."""
        ...
