"""Laws on actions as data: journals, purity, honesty."""

from __future__ import annotations

import msgspec

from openqrm.domain.plan import Action, Satisfied
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.testing.case import Case, carry_through, demand, demand_same
from openqrm.plugin_api.testing.purity import world_contacts


def law_01_actions_round_trip(case: Case) -> None:
    """An action and its inverse come back from a journal as they were; older dumps load."""
    inverse = case.action.inverse()
    for action in (case.action, inverse):
        if isinstance(action, Action):
            codec = ActionCodec([type(action)])
            text = msgspec.json.encode(codec.dump(action))
            loaded = codec.load(msgspec.json.decode(text))
            demand(loaded == action, f"{action.name} comes back from the journal as {loaded}")
    for older in case.older:
        codec = ActionCodec([type(case.action)])
        demand(codec.load(msgspec.json.decode(older)), f"an older {case.action.name} does not load")


def law_02_looking_changes_nothing(case: Case) -> None:
    """`observe` leaves the world as it is, before the change and after it."""
    world = case.world()
    for moment in ("before", "after"):
        state = world.state()
        case.action.observe(world)
        demand_same(state, world.state(), f"looking {moment} the change changed something")
        carry_through(case.action, world)


def law_06_an_action_is_pure_data(case: Case) -> None:
    """Texts, locks and inverse follow from the action alone: the same twice, without a look at the world."""
    action = case.action

    def all_that_is_pure() -> tuple[object, ...]:
        return action.describe(), action.touches(), action.inverse()

    first = all_that_is_pure()
    with world_contacts() as contacts:
        second = all_that_is_pure()
    demand(first == second, f"{action.name} says another thing each time: {first} and {second}")
    demand(not contacts, f"{action.name} touches the world where it has to be pure: {contacts}")


def law_12_an_action_is_honest(case: Case) -> None:
    """It says that there is something to do where there is, and does not claim success before."""
    seen = case.action.observe(case.world())
    demand(not isinstance(seen, Satisfied), f"{case.action.name} is satisfied before anything was done: {seen}")
