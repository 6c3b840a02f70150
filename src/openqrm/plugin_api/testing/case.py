"""A case: an action, and a world in which there is something to do for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from openqrm.domain.plan import Action, NotYet, Satisfied, Seen, Step
from openqrm.plugin_api.testing.state import State, difference
from openqrm.plugin_api.testing.world import SimulatedWorld
from openqrm.ports.world import World

PATIENCE = 100  # looks


class LawBroken(AssertionError):
    """A plugin breaks a law of the contract."""


@dataclass(frozen=True)
class Case:
    """`world` makes a fresh world each time it is called. `older` are dumps of earlier versions that must load."""

    name: str
    action: Action
    world: Callable[[], SimulatedWorld]
    older: tuple[str, ...] = ()
    why: str = field(default="it is a case of its own", compare=False)


def cases_of(name: str, steps: Sequence[Step], world: Callable[[], SimulatedWorld]) -> list[Case]:
    """A case for each step of a plan, in the world that the steps before it leave."""
    return [
        Case(f"{name} {step.id}", step.action, _after(steps[:index], world), why=step.why)
        for index, step in enumerate(steps)
    ]


def _after(steps: Sequence[Step], world: Callable[[], SimulatedWorld]) -> Callable[[], SimulatedWorld]:
    def make() -> SimulatedWorld:
        made = world()
        for step in steps:
            carry_through(step.action, made)
        made.forget_preparation()
        return made

    return make


def carry_through(action: Action, world: SimulatedWorld) -> Seen:
    """As the engine does: look, change, look, and wait where it takes time. What is seen last."""
    seen = action.observe(world)
    if not isinstance(seen, Satisfied | NotYet):
        seen = action.ensure(world) or action.observe(world)
    return await_end(action, world, seen)


def await_end(action: Action, world: SimulatedWorld, seen: Seen) -> Seen:
    """Wait as long as the action says that it is not yet so."""
    for _ in range(PATIENCE):
        if not isinstance(seen, NotYet):
            break
        world.advance(max(seen.again_s, 1.0))
        seen = action.observe(world)
    return seen


def take_back(action: Action, world: World) -> None:
    """As the engine does: the inverse, where there is something to do for it."""
    inverse = action.inverse()
    if isinstance(inverse, Action) and not isinstance(inverse.observe(world), Satisfied):
        inverse.ensure(world)


def demand(true: object, sentence: str) -> None:
    """Raises LawBroken with this sentence unless it is true."""
    if not true:
        raise LawBroken(sentence)


def demand_same(before: State, after: State, sentence: str) -> None:
    """Raises LawBroken with what differs."""
    told = difference(before, after)
    demand(not told, f"{sentence}:\n{told}")
