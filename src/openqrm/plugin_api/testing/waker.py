"""What every waker keeps, beside the laws for its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openqrm.domain.plan import Differs, Satisfied, Step
from openqrm.domain.resource import Resource
from openqrm.plugin_api.drivers import Power, Waker
from openqrm.plugin_api.testing.bench import carry_all, demand_pure_plan
from openqrm.plugin_api.testing.case import Case, cases_of, demand
from openqrm.plugin_api.testing.world import SimulatedWorld

BOOT = "blade1.0011223344556677"  # the one it was in before


@dataclass(frozen=True)
class WakerBench:
    """A driver, a resource, and fresh worlds: `world` where the machine is off and wakes, `deaf` where it never does.

    `is_on(world)` asks the simulator, `sent(world)` counts what went out to wake it.
    """

    driver: Waker
    resource: Resource
    world: Callable[[], SimulatedWorld]
    deaf: Callable[[], SimulatedWorld]
    is_on: Callable[[SimulatedWorld], bool]
    sent: Callable[[SimulatedWorld], int]

    def wake(self) -> tuple[Step, ...]:
        return self.driver.plan_wake(self.resource, BOOT)

    def cases(self) -> list[Case]:
        """For the laws."""
        return cases_of(self.resource.bmc.driver, self.wake(), self.world)


def a_plan_is_one_step(bench: WakerBench) -> None:
    """`wake`, pure."""
    steps = demand_pure_plan(bench.wake, "plan_wake")
    demand([step.id for step in steps] == ["wake"], f"wake is to be one step of that id: {[s.id for s in steps]}")


def a_machine_wakes_once(bench: WakerBench) -> None:
    """What is off comes up, and what is up is sent nothing more."""
    world = bench.world()
    carry_all(bench.wake(), world)
    demand(bench.is_on(world), "after wake the machine is off")
    sent = bench.sent(world)
    carry_all(bench.wake(), world)
    demand(bench.sent(world) == sent, "a machine that is up was woken again")


def a_packet_is_no_proof(bench: WakerBench) -> None:
    """Of a machine that shows nothing of itself nothing is claimed, and it may be asked again."""
    world, (step,) = bench.deaf(), bench.wake()
    for round_ in (1, 2):
        step.action.ensure(world)
        seen = step.action.observe(world)
        demand(not isinstance(seen, Satisfied), f"the machine has shown nothing, yet {seen}")
        demand(isinstance(seen, Differs), "it is not tried again")
        demand(bench.sent(world) >= round_, "nothing was sent")
    demand(getattr(step.action, "settles_s", 0.0) > 0, "it asks rather than does, and does not say when to ask again")


def it_claims_no_power(bench: WakerBench) -> None:
    """A waker is not taken for what switches off, or sees what is on."""
    demand(not isinstance(bench.driver, Power), "it has the methods of Power, which a plan would rely on")


WAKER_RULES = (a_plan_is_one_step, a_machine_wakes_once, a_packet_is_no_proof, it_claims_no_power)
