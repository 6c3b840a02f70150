"""What every network service keeps, beside the laws for its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openqrm.domain.plan import Step
from openqrm.plugin_api.drivers import Machine, NetworkService
from openqrm.plugin_api.testing.bench import carry_all, demand_pure_plan
from openqrm.plugin_api.testing.case import Case, cases_of, demand, demand_same
from openqrm.plugin_api.testing.storage import FIRST, SECOND
from openqrm.plugin_api.testing.world import SimulatedWorld


@dataclass(frozen=True)
class NetworkServiceBench:
    """A driver and a fresh world. `published(world)` is what a client of the service finds: name → address."""

    driver: NetworkService
    world: Callable[[], SimulatedWorld]
    published: Callable[[SimulatedWorld], dict[str, str]]

    def publish(self, name: str = "web", machine: Machine = FIRST) -> tuple[Step, ...]:
        return self.driver.plan_publish(name, machine)

    def withdraw(self, name: str = "web", machine: Machine = FIRST) -> tuple[Step, ...]:
        return self.driver.plan_withdraw(name, machine)

    def cases(self, name: str) -> list[Case]:
        """Publish and withdraw, for the laws; `name` is the plugin's id."""
        return cases_of(name, (*self.publish(), *self.withdraw()), self.world)


def plans_are_pure(bench: NetworkServiceBench) -> None:
    """The same twice, without contact; the ids of two services in one plan differ."""
    steps = [*demand_pure_plan(bench.publish, "plan_publish"), *demand_pure_plan(bench.withdraw, "plan_withdraw")]
    demand(len({step.id for step in steps}) == len(steps), "publish and withdraw have a step of one id")


def what_is_published_is_found(bench: NetworkServiceBench) -> None:
    """A name is found from publish to withdraw, with its address; then all is as before."""
    world = bench.world()
    before = world.state()
    carry_all(bench.publish(), world)
    demand(bench.published(world).get("web") == FIRST.address, f"web is published as {bench.published(world)}")
    carry_all(bench.withdraw(), world)
    demand("web" not in bench.published(world), "web was withdrawn and is still found")
    demand_same(before, world.state(), "publish and withdraw leave something behind")


def others_are_left_alone(bench: NetworkServiceBench) -> None:
    """One name comes and goes, another stays."""
    world = bench.world()
    carry_all(bench.publish("webmail", SECOND), world)
    for steps in (bench.publish(), bench.withdraw()):
        carry_all(steps, world)
        demand(bench.published(world).get("webmail") == SECOND.address, f"webmail is lost after {steps[-1].id}")


NETWORK_SERVICE_RULES = (plans_are_pure, what_is_published_is_found, others_are_left_alone)
