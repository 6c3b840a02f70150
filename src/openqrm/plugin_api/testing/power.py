"""What every power driver keeps, beside the laws for its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.plugin_api.drivers import Power
from openqrm.plugin_api.testing.bench import carry_all, demand_pure_plan
from openqrm.plugin_api.testing.case import Case, cases_of, demand
from openqrm.plugin_api.testing.gate import Disturbance
from openqrm.plugin_api.testing.law_of_faults import demand_honest_look
from openqrm.plugin_api.testing.world import SimulatedWorld


@dataclass(frozen=True)
class PowerBench:
    """A driver, a resource with a BMC, and at each call of `world` a fresh world where the machine is off.

    `is_on(world)` asks the simulator.
    """

    driver: Power
    resource: Resource
    world: Callable[[], SimulatedWorld]
    is_on: Callable[[SimulatedWorld], bool]

    def on(self) -> tuple[Step, ...]:
        return self.driver.plan_on(self.resource)

    def off(self) -> tuple[Step, ...]:
        return self.driver.plan_off(self.resource)

    def cases(self) -> list[Case]:
        """On and off, for the laws."""
        return cases_of(self.resource.bmc.driver, (*self.on(), *self.off()), self.world)


def plans_are_one_step(bench: PowerBench) -> None:
    """`power-on` and `power-off`, pure."""
    for plan, id_ in ((bench.on, "power-on"), (bench.off, "power-off")):
        steps = demand_pure_plan(plan, id_)
        demand([step.id for step in steps] == [id_], f"{id_} is to be one step of that id: {[s.id for s in steps]}")


def what_is_done_is_seen(bench: PowerBench) -> None:
    """On is on, off is off, each time, by the simulator's word and the driver's own."""
    world = bench.world()
    for _ in range(2):
        for steps, on in ((bench.on(), True), (bench.off(), False)):
            carry_all(steps, world)
            seen = bench.driver.observe_power(world, bench.resource)
            demand(bench.is_on(world) == on, f"after {steps[0].id} the machine is {'off' if on else 'on'}")
            demand(seen == ("on" if on else "off"), f"after {steps[0].id} the driver sees {seen}")


def a_silent_bmc_is_unknown(bench: PowerBench) -> None:
    """When the BMC does not answer, power is unknown or the error unavailable: never on, never off."""
    calm = bench.world()
    bench.driver.observe_power(calm, bench.resource)
    world = bench.world()
    world.gate.disturbances = dict.fromkeys(calm.gate.log, Disturbance.UNAVAILABLE)
    try:
        seen = bench.driver.observe_power(world, bench.resource)
    except StepError as error:
        demand(error.category is Category.UNAVAILABLE, f"a silent BMC is {error.category}, not unavailable")
    else:
        demand(seen == "unknown", f"a silent BMC is seen {seen}")


def half_an_answer_is_no_power(bench: PowerBench) -> None:
    """When an answer is late, half or doubled, a machine that is on is on or unknown: never off."""

    def on() -> SimulatedWorld:
        world = bench.world()
        carry_all(bench.on(), world)
        return world

    def look(world: SimulatedWorld) -> bool:
        return bench.driver.observe_power(world, bench.resource) in ("on", "unknown")

    demand_honest_look(look, on, "the machine is on")


POWER_RULES = (plans_are_one_step, what_is_done_is_seen, a_silent_bmc_is_unknown, half_an_answer_is_no_power)
