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
    told: str = ""  # what it waits for, as last written
    failures: list[Entry] = field(default_factory=list)
    undo_failures: list[Entry] = field(default_factory=list)
    turned: bool = False  # taking it back has begun
    undone: bool = False
    kept: bool = False
    skipped: bool = False  # an operator answers for it, forward and back

    def note(self, entry: Entry) -> None:
        """Take in one more fact."""
        match entry.fact:
            case Fact.FOUND_SO | Fact.DONE:
                self.passed = True
            case Fact.SKIPPED:
                self.passed = self.skipped = True
                self.kept, self.undo_failures = False, []
            case Fact.STARTED | Fact.WAITING:
                self.started = self.started or entry.fact is Fact.STARTED
                self.since_s, self.told = self.since_s or entry.at_s, entry.note
            case Fact.UNDO_STARTED:
                self.turned, self.undo_since_s = True, self.undo_since_s or entry.at_s
            case Fact.FAILED:
                self.failures.append(entry)
            case Fact.UNDONE:
                self.undone = True
            case Fact.KEPT:
                self.kept = True
            case Fact.UNDO_FAILED:
                self.undo_failures.append(entry)
            case Fact.RETRIED:
                self.failures, self.since_s = [], 0.0
                self.undo_failures, self.undo_since_s = [], 0.0
            case _:
                pass

    def failed_for_good(self, step: Step) -> bool:
        """No further attempt will be made."""
        return not self.passed and _for_good(step, self.failures, self.since_s)

    def undo_failed_for_good(self, step: Step) -> bool:
        """No further attempt to take it back will be made."""
        return _for_good(step, self.undo_failures, self.undo_since_s)


def _for_good(step: Step, failures: list[Entry], since_s: float) -> bool:
    if not failures:
        return False
    late = since_s > 0 and failures[-1].at_s - since_s >= step.deadline_s
    return failures[-1].category not in RETRIED or len(failures) >= step.attempts or late


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
        return self.undo_asked or any(each.turned or each.undone or each.kept or each.undo_failures for each in ours)


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
