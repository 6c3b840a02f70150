"""Laws on what actions do to the world: success, undo, crashes, locks."""

from __future__ import annotations

import re
from contextlib import suppress

from openqrm.domain.errors import StepError
from openqrm.domain.plan import Action, Differs, Irreversible, NotYet, Satisfied
from openqrm.plugin_api.testing.case import Case, await_end, carry_through, demand, demand_same, take_back
from openqrm.plugin_api.testing.gate import Crash
from openqrm.plugin_api.testing.state import State
from openqrm.plugin_api.testing.world import SimulatedWorld

REF = re.compile(r"[a-z][a-z-]*/\S+")


def law_03_ensuring_satisfies(case: Case) -> None:
    """After `ensure` the world is as wished; a second time changes nothing more, but may be refused."""
    world = case.world()
    seen = carry_through(case.action, world)
    demand(isinstance(seen, Satisfied), f"{case.action.name} was ensured, yet {seen}")
    state = world.state()
    with suppress(StepError):
        case.action.ensure(world)
    seen = await_end(case.action, world, case.action.observe(world))
    demand(isinstance(seen, Satisfied), f"{case.action.name} was ensured twice, yet {seen}")
    demand_same(state, world.state(), "the second ensure changed something")


def law_04_the_inverse_restores(case: Case) -> None:
    """The inverse brings back the world as it was, or says why it cannot."""
    world = case.world()
    before = world.state()
    carry_through(case.action, world)
    inverse = case.action.inverse()
    if isinstance(inverse, Irreversible):
        demand(len(inverse.because.split()) >= 3, f"{case.action.name} does not say why there is no way back")
        return
    if inverse is None:
        demand_same(before, world.state(), f"{case.action.name} has no inverse, yet it changes something")
        return
    take_back(case.action, world)
    await_end(inverse, world, inverse.observe(world))
    demand_same(before, world.state(), f"the inverse of {case.action.name} does not restore")
    take_back(case.action, world)
    demand_same(before, world.state(), f"the inverse of {case.action.name} twice changed something more")


def law_05_a_crash_is_harmless(case: Case) -> None:
    """Killed before or after any effect, the action can be finished, and it can be taken back."""
    calm = case.world()
    before = calm.state()
    carry_through(case.action, calm)
    for point in range(calm.gate.points):
        where = f"crash at point {point} of {calm.gate.points} ({' | '.join(calm.gate.log)})"
        world = _crashed(case, point)
        seen = carry_through(case.action, world)
        demand(isinstance(seen, Satisfied), f"{where}: cannot be finished: {seen}")
        demand_same(calm.state(), world.state(), f"{where}: finished, the world differs")
        if isinstance(inverse := case.action.inverse(), Action):
            _take_back_after_crash(case, point, before, inverse, where)


def _take_back_after_crash(case: Case, point: int, before: State, inverse: Action, where: str) -> None:
    world = _crashed(case, point)
    take_back(case.action, world)
    await_end(inverse, world, inverse.observe(world))
    demand_same(before, world.state(), f"{where}: taken back, the world differs")


def _crashed(case: Case, point: int) -> SimulatedWorld:
    world = case.world()
    world.gate.crash_at = point
    try:
        carry_through(case.action, world)
    except Crash:
        world.gate.revive()
    return world


def law_07_locks_cover_what_is_touched(case: Case) -> None:
    """`touches` names what is changed, in both directions alike."""
    action, world = case.action, case.world()
    touches = frozenset(action.touches())
    demand(all(REF.fullmatch(ref) for ref in touches), f"touches are kind/name, not {sorted(touches)}")
    before = world.state()
    changes = isinstance(action.observe(world), Differs | NotYet)
    carry_through(action, world)
    changed = {*world.records.written, *world.vault.written}
    demand(not changed - touches, f"{action.name} changes {sorted(changed - touches)} without naming it in touches")
    demand(touches or not changes or before == world.state(), f"{action.name} changes the world and touches nothing")
    inverse = action.inverse()
    if isinstance(inverse, Action):
        same = frozenset(inverse.touches()) == touches
        demand(same, f"the inverse of {action.name} touches {sorted(inverse.touches())}, not {sorted(touches)}")
