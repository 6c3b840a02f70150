"""What is done for one step: look, write ahead, change, look again. And its way back."""

from __future__ import annotations

from collections.abc import Iterator

from openqrm.domain.errors import Category, StepError
from openqrm.domain.journal import Fact
from openqrm.domain.plan import Action, Differs, GoesOn, Irreversible, NotYet, Satisfied, Seen, Step
from openqrm.engine.ledger import LONGEST_NOTE, Ledger
from openqrm.ports.world import World


def carry_out(step: Step, ledger: Ledger, world: World) -> float:
    """Seconds after which to look again; 0 when a fact has been written that decides."""
    ours = ledger.past().steps[step.id].started
    try:
        seen = look(step, world, ours=ours)
        if isinstance(seen, Differs):
            ledger.write_ahead(step.id, Fact.STARTED, step.action, seen.because)
            ours = True
            seen = _change(step.action, world)
    except StepError as error:
        ledger.write(step.id, Fact.FAILED, error=error)
        return 0
    return _conclude(step, seen, ours, ledger)


def look(step: Step, world: World, *, ours: bool) -> Seen:
    """What is to be seen. Raises StepError `conflict` where what is to be made is there, and not by this plan."""
    seen = step.action.observe(world)
    if step.makes_new and isinstance(seen, Satisfied) and not ours:
        hint = "It may be somebody else's: take another name, or have an administrator move it out of the way."
        raise StepError(Category.CONFLICT, f"{seen.because}, and was not made by this plan", hint)
    return seen


def _change(action: Action, world: World) -> Seen:
    """What is seen then. An action that only asks, a machine to reboot, has `settles_s`: then it is asked again."""
    seen = action.ensure(world) or action.observe(world)
    settles_s: float = getattr(action, "settles_s", 0.0)
    return NotYet(seen.because, settles_s) if settles_s and isinstance(seen, Differs) else seen


def _conclude(step: Step, seen: Seen, ours: bool, ledger: Ledger) -> float:
    match seen:
        case Satisfied(because):
            ledger.write(step.id, Fact.DONE if ours else Fact.FOUND_SO, because)
        case NotYet(because, again_s):
            past = ledger.past().steps[step.id]
            # The first also when it is tried again, else it would wait for ever; then each news once.
            if not past.since_s or past.told != because[:LONGEST_NOTE]:
                ledger.write(step.id, Fact.WAITING, because)
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
        ours = ledger.past().steps[step.id].started
        ledger.write(step.id, Fact.DONE if ours else Fact.FOUND_SO, seen.because)
        return
    message = f"not so after {step.deadline_s:.0f} s: {seen.because}"
    hint = getattr(step.action, "hint", "") or "Look at the object, then retry, skip, undo or abandon the plan."
    ledger.write(step.id, Fact.FAILED, error=StepError(Category.UNAVAILABLE, message, hint))


def take_back(step: Step, ledger: Ledger, world: World) -> float:
    """Undo one step, or say why it stays. Seconds after which to look again; 0 when it is decided."""
    inverse = step.inverse
    if isinstance(inverse, Irreversible):
        ledger.write(step.id, Fact.KEPT, inverse.because)
        return 0
    if inverse is None:
        ledger.write(step.id, Fact.UNDONE, "nothing to undo")
        return 0
    try:
        seen = inverse.observe(world)
        if not isinstance(seen, Satisfied) and not ledger.past().steps[step.id].undo_since_s:
            ledger.write_ahead(step.id, Fact.UNDO_STARTED, inverse, seen.because)
        if isinstance(seen, Differs):
            seen = _change(inverse, world)
    except StepError as error:
        ledger.write(step.id, Fact.UNDO_FAILED, error=error)
        return 0
    return _conclude_undo(step, inverse, seen, ledger, world)


def left_at_work(ledger: Ledger) -> Iterator[tuple[Step, GoesOn]]:
    """What steps may have left that goes on by itself: also one that was skipped meanwhile, or is being taken back."""
    past = ledger.past().steps
    for step in ledger.stored.plan.steps:
        own = past[step.id]
        if own.started and not own.undone and (own.skipped or own.turned or not own.passed):
            ways: tuple[object, ...] = (step.action, step.inverse)
            yield from ((step, way) for way in ways if isinstance(way, GoesOn))


def forget_sealed(ledger: Ledger, world: World) -> None:
    """What the vault was given for a plan that is undone, unless an operator answers for a step that may need it."""
    if not any(step.skipped for step in ledger.past().steps.values()):
        for reference in ledger.stored.plan.sealed:
            world.vault.forget(reference)


def _conclude_undo(step: Step, inverse: Action, seen: Seen, ledger: Ledger, world: World) -> float:
    if isinstance(seen, Satisfied):
        ledger.write(step.id, Fact.UNDONE, inverse.describe())
        return 0
    late = world.now_s() >= ledger.past().steps[step.id].undo_since_s + step.deadline_s
    if isinstance(seen, NotYet) and not late:
        return seen.again_s
    error = StepError(Category.UNAVAILABLE, f"it was taken back, yet {seen.because}", "Look at the object itself.")
    ledger.write(step.id, Fact.UNDO_FAILED, error=error)
    return 0
