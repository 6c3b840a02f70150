"""What a journal says of each step: a fold over its facts, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from openqrm.domain.errors import RETRIED
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, Step


@dataclass
class StepPast:
    """The facts of one step that decisions hang on."""

    passed: bool = False
    started: bool = False  # ours to undo
    since_s: float = 0.0  # of the attempts that count
    undo_since_s: float = 0.0
    failures: list[Entry] = field(default_factory=list)
    turned: bool = False  # taking it back has begun
    undone: bool = False
    kept: bool = False
    undo_failed: bool = False
    skipped: bool = False  # an operator answers for it, forward and back

    def note(self, entry: Entry) -> None:
        """Take in one more fact."""
        match entry.fact:
            case Fact.FOUND_SO | Fact.DONE:
                self.passed = True
            case Fact.SKIPPED:
                self.passed = self.skipped = True
                self.kept = self.undo_failed = False
            case Fact.STARTED:
                self.started, self.since_s = True, self.since_s or entry.at_s
            case Fact.WAITING:
                self.since_s = self.since_s or entry.at_s
            case Fact.UNDO_STARTED:
                self.turned, self.undo_since_s = True, self.undo_since_s or entry.at_s
            case Fact.FAILED:
                self.failures.append(entry)
            case Fact.UNDONE:
                self.undone = True
            case Fact.KEPT:
                self.kept = True
            case Fact.UNDO_FAILED:
                self.undo_failed = True
            case Fact.RETRIED:
                self.failures, self.since_s, self.undo_since_s = [], 0.0, 0.0
                self.undo_failed = False
            case _:
                pass

    def failed_for_good(self, step: Step) -> bool:
        """No further attempt will be made."""
        if self.passed or not self.failures:
            return False
        last = self.failures[-1]
        late = self.since_s > 0 and last.at_s - self.since_s >= step.deadline_s
        return last.category not in RETRIED or len(self.failures) >= step.attempts or late


@dataclass
class Past:
    """All steps, and the decisions about the whole plan."""

    steps: dict[str, StepPast]
    undo_asked: bool = False
    abandoned: bool = False

    @property
    def undoing(self) -> bool:
        """The plan is on its way back; there is no way forward again."""
        ours = (each for each in self.steps.values() if each.started)
        return self.undo_asked or any(each.turned or each.undone or each.kept or each.undo_failed for each in ours)


def fold(plan: Plan, entries: Iterable[Entry]) -> Past:
    """The past of a plan."""
    past = Past({step.id: StepPast() for step in plan.steps})
    for entry in entries:
        if entry.step:
            past.steps[entry.step].note(entry)
        elif entry.fact is Fact.UNDO_ASKED:
            past.undo_asked = True
        elif entry.fact is Fact.ABANDONED:
            past.abandoned = True
    return past
