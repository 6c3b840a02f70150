"""What is done for one step: look, write ahead, change, look again. And its way back."""

from __future__ import annotations

from openqrm.domain.errors import Category, StepError
from openqrm.domain.journal import Fact
from openqrm.domain.plan import Differs, Irreversible, NotYet, Satisfied, Seen, Step
from openqrm.engine.ledger import Ledger
from openqrm.ports.world import World


def carry_out(step: Step, ledger: Ledger, world: World) -> float:
    """Seconds after which to look again; 0 when a fact has been written that decides."""
    ours = ledger.history().steps[step.id].started
    try:
        seen = step.action.observe(world)
        if isinstance(seen, Differs):
            ledger.write(step.id, Fact.STARTED, seen.because)
            ours = True
            step.action.ensure(world)
            seen = step.action.observe(world)
    except StepError as error:
        ledger.write(step.id, Fact.FAILED, error=error)
        return 0
    return _conclude(step, seen, ours, ledger)


def _conclude(step: Step, seen: Seen, ours: bool, ledger: Ledger) -> float:
    match seen:
        case Satisfied(because):
            ledger.write(step.id, Fact.DONE if ours else Fact.FOUND_SO, because)
        case NotYet(because, again_s):
            if not ours:
                ledger.write(step.id, Fact.STARTED, because)  # its deadline counts from here
            return again_s
        case Differs(because):
            late = StepError(Category.UNAVAILABLE, f"it was changed, yet {because}", "Look at the object itself.")
            ledger.write(step.id, Fact.FAILED, error=late)
    return 0


def expire(step: Step, ledger: Ledger, world: World) -> None:
    """Fail a step whose deadline has passed, with what is to be seen now."""
    try:
        seen = step.action.observe(world)
    except StepError as error:
        seen = NotYet(str(error))
    if isinstance(seen, Satisfied):
        ledger.write(step.id, Fact.DONE, seen.because)
        return
    message = f"not so after {step.deadline_s:.0f} s: {seen.because}"
    hint = getattr(step.action, "hint", "") or "Look at the object, then retry, skip, undo or abandon the plan."
    ledger.write(step.id, Fact.FAILED, error=StepError(Category.UNAVAILABLE, message, hint))


def take_back(step: Step, ledger: Ledger, world: World) -> None:
    """Undo one step, or say why it stays."""
    inverse = step.action.inverse()
    if isinstance(inverse, Irreversible):
        ledger.write(step.id, Fact.KEPT, inverse.because)
        return
    if inverse is None:
        ledger.write(step.id, Fact.UNDONE, "nothing to undo")
        return
    try:
        if not isinstance(inverse.observe(world), Satisfied):
            inverse.ensure(world)
    except StepError as error:
        ledger.write(step.id, Fact.UNDO_FAILED, error=error)
        return
    ledger.write(step.id, Fact.UNDONE, inverse.describe())
