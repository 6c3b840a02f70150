"""The second dry run: look at the world without touching it, and say of each step whether it is so already."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, NotYet, Plan, Satisfied, Step
from openqrm.engine.carry_out import look
from openqrm.ports.world import World

AT_ONCE = 8


def look_at(plan: Plan, world: World) -> list[tuple[str, str]]:
    """For each step in order what would become of it, and what was seen."""
    with ThreadPoolExecutor(min(AT_ONCE, len(plan.steps) or 1), thread_name_prefix="look") as pool:
        return list(pool.map(lambda step: _look(step, world), plan.steps))


def _look(step: Step, world: World) -> tuple[str, str]:
    try:
        seen = look(step, world, ours=False)
    except StepError as error:
        # What an earlier step makes is not there yet: that a later one cannot look is no refusal.
        is_refusal = step.makes_new and error.category is Category.CONFLICT
        return ("cannot tell yet" if step.needs and not is_refusal else "would fail"), error.message
    match seen:
        case Satisfied(because):
            return "already so", because
        case Differs(because):
            return "would change", because
        case NotYet(because):
            return "would wait", because
