"""What an operator may decide about a plan, and when it is too late."""

from __future__ import annotations

from openqrm.domain.journal import Fact
from openqrm.domain.plan import PlanState

DECISIONS: dict[PlanState, frozenset[Fact]] = {
    PlanState.RUNNING: frozenset({Fact.RETRIED, Fact.SKIPPED, Fact.UNDO_ASKED, Fact.ABANDONED}),
    PlanState.STUCK: frozenset({Fact.RETRIED, Fact.SKIPPED, Fact.UNDO_ASKED, Fact.ABANDONED}),
    PlanState.DONE: frozenset({Fact.UNDO_ASKED}),
    PlanState.UNDONE: frozenset(),
    PlanState.ABANDONED: frozenset(),
}
