"""The law on what a tool does wrong while it does what it should: late, half, twice, and a host that vanishes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from openqrm.domain.errors import StepError
from openqrm.domain.plan import Action, Satisfied
from openqrm.plugin_api.testing.case import Case, LawBroken, await_end, carry_through, demand, demand_same, take_back
from openqrm.plugin_api.testing.gate import Fault
from openqrm.plugin_api.testing.state import State
from openqrm.plugin_api.testing.world import SimulatedWorld


def law_13_a_faulty_answer_does_no_harm(case: Case) -> None:
    """Whatever answer is late, half, doubled or the last for a while: what is said to be done is done, and once all
    is well again the action can be finished, and it can be taken back."""
    calm = case.world()
    before = calm.state()
    carry_through(case.action, calm)
    for at in range(1, calm.gate.answers + 1):
        for fault in Fault:
            where = f"answer {at} of {calm.gate.answers} is {fault} ({' | '.join(calm.gate.log)})"
            _demand_finish(case, calm.state(), at, fault, where)
            if isinstance(inverse := case.action.inverse(), Action):
                _demand_way_back(case, inverse, before, at, fault, where)


def demand_honest_look(
    look: Callable[[SimulatedWorld], object], world: Callable[[], SimulatedWorld], what: str
) -> None:
    """Whatever answer is faulty, it sees what is to be seen in full, or raises a StepError."""
    calm = world()
    calm.forget_preparation()
    wished = look(calm)
    for at in range(1, calm.gate.answers + 1):
        for fault in Fault:
            faulty = world()
            faulty.gate.answers, faulty.gate.fault_at = 0, (at, fault)
            with suppress(StepError):
                seen = look(faulty)
                demand(seen == wished, f"{what}, and answer {at} is {fault}: it sees {seen}, not {wished}")


def _demand_finish(case: Case, wished: State, at: int, fault: Fault, where: str) -> None:
    world, done = _faulty(case, at, fault, where)
    if done:
        demand_same(wished, world.state(), f"{where}: it is said to be done")
    seen = carry_through(case.action, world)
    demand(isinstance(seen, Satisfied), f"{where}: cannot be finished: {seen}")
    demand_same(wished, world.state(), f"{where}: finished, the world differs")


def _demand_way_back(case: Case, inverse: Action, before: State, at: int, fault: Fault, where: str) -> None:
    world, _ = _faulty(case, at, fault, where)
    take_back(case.action, world)
    await_end(inverse, world, inverse.observe(world))
    demand_same(before, world.state(), f"{where}: taken back, the world differs")


def _faulty(case: Case, at: int, fault: Fault, where: str) -> tuple[SimulatedWorld, bool]:
    """The world after one try with this fault, when all is well again; whether it was said to be done."""
    world = case.world()
    world.gate.answers, world.gate.fault_at = 0, (at, fault)
    try:
        done = isinstance(carry_through(case.action, world), Satisfied)
    except StepError:
        done = False
    except Exception as error:  # any other error is what this law is about
        raise LawBroken(f"{where}: {type(error).__name__} instead of a StepError: {error}") from error
    world.gate.come_back()
    return world, done
