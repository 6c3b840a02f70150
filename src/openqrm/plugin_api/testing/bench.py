"""What the benches of all driver kinds share: steps carried through one after the other, and rules for plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from openqrm.domain.plan import Satisfied, Step
from openqrm.plugin_api.testing.case import carry_through, demand
from openqrm.plugin_api.testing.purity import world_contacts
from openqrm.plugin_api.testing.world import SimulatedWorld


def carry_all(steps: Iterable[Step], world: SimulatedWorld) -> None:
    """All steps, in their order, to their end."""
    for step in steps:
        seen = carry_through(step.action, world)
        demand(isinstance(seen, Satisfied), f"step {step.id}: {seen}")


def demand_pure_plan(plan: Callable[[], tuple[Step, ...]], what: str) -> tuple[Step, ...]:
    """Planning twice gives the same steps and contacts nothing; their ids are unique, their needs among them."""
    first = plan()
    with world_contacts() as contacts:
        second = plan()
    demand(first == second, f"{what} gives other steps each time")
    demand(not contacts, f"{what} touches the world: {contacts}")
    ids = [step.id for step in first]
    demand(len({*ids}) == len(ids), f"{what} has two steps of one id: {ids}")
    for index, step in enumerate(first):
        demand({*step.needs} <= {*ids[:index]}, f"{what}: step {step.id} needs what does not come before it")
        demand(step.deadline_s > 0 and step.attempts > 0, f"{what}: step {step.id} has no time or no attempt")
        demand(len(step.why.split()) >= 2, f"{what}: step {step.id} does not say why")
    return first
