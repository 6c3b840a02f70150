"""The durable engine: mixed plans on SQLite, what a step costs, what a thousand waiting plans cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.rows import Row, at_least, at_most
from bench.workshop import Workshop, workshop
from openqrm.domain.plan import Plan, Step
from openqrm.planning.appliance_start import StartAppliance
from openqrm.planning.appliance_stop import StopAppliance
from openqrm.planning.resource import EditResource, SetResourceBoot
from openqrm.planning.resource_power import PowerOffResource, PowerOnResource
from openqrm.plugin_api.actions import AwaitMilestone
from openqrm.plugin_api.intents import Intent

LANES = 100
WAITING = 1000
SETTLE_S = 8.0
WATCH_S = 305.0  # longer than a plan that nobody rings sleeps

MIX: tuple[Callable[[int], Intent], ...] = (
    lambda lane: EditResource(name=f"m{lane}", comment="of the bench"),
    lambda lane: PowerOnResource(name=f"m{lane}"),
    lambda lane: StartAppliance(name=f"a{lane}"),
    lambda lane: StopAppliance(name=f"a{lane}"),
    lambda lane: PowerOffResource(name=f"m{lane}"),
    lambda lane: SetResourceBoot(name=f"m{lane}", boot="local"),
)
MIX_SAYS = "each sixth: edit, power on, start, stop, power off, set boot"


def measure(scratch: Path) -> Iterator[Row]:
    """All of it in this process, which is what is measured."""
    with workshop(scratch / "small", LANES) as shop:
        yield from _throughput(shop, f"{LANES} machines")
    with workshop(scratch / "large", LANES * 10) as shop:
        yield from _throughput(shop, f"{LANES * 10} machines")
        yield _waiting(shop)


def _throughput(shop: Workshop, size: str) -> Iterator[Row]:
    operations, steps, wall, cpu = 0, 0, time.monotonic(), time.process_time()
    for make in MIX:
        for lane in shop.lanes:
            steps += shop.ask(make(lane))
            operations += 1
        shop.wait()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    note = f"{operations} plans, {steps} steps, {steps / wall:.0f} steps/s; {MIX_SAYS}"
    yield Row(name=f"engine, {size}", value=operations / wall, unit="plans/s", goal=at_least(150), note=note)
    note = f"whole CPU of planning and driving, shared among {steps} steps"
    yield Row(name=f"a step's own cost, {size}", value=cpu / steps * 1000, unit="ms CPU", goal=at_most(2), note=note)


def _waiting(shop: Workshop) -> Row:
    """A thousand plans that wait for a machine's milestone."""
    idle = _busy_percent(5)
    for number in range(WAITING):
        action = AwaitMilestone(f"none{number}", "", "uplink")
        shop.submit(Plan(title="wait", steps=(Step(id="ready", action=action, why="bench", deadline_s=3600),)))
    time.sleep(SETTLE_S)  # each is looked at a first time
    busy = _busy_percent(WATCH_S)
    note = f"with none waiting {idle:.2f} %"
    return Row(name=f"{WAITING} plans wait", value=busy, unit="% of a core", goal=at_most(1), note=note)


def _busy_percent(seconds: float) -> float:
    before = time.process_time()
    time.sleep(seconds)
    return (time.process_time() - before) / seconds * 100
