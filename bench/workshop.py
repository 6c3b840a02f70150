"""Planning, SQLite and the engine put together as openQRM does, around the world in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import simulated
from openqrm.adapters.database import Database
from openqrm.adapters.dispatch.local import LocalDispatcher
from openqrm.domain.appliance import Appliance
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Action, Plan, PlanState
from openqrm.domain.record import Record
from openqrm.domain.resource import Bmc, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.engine.runner import Runner
from openqrm.planning import appliance_start, appliance_stop, resource, resource_power, vm
from openqrm.plugin_api.actions import CORE_ACTIONS
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.intents import Intent
from openqrm.plugin_api.planning import Drivers, Planning

PLANNERS: dict[Any, Any] = {}
for module in (appliance_start, appliance_stop, resource, resource_power, vm):
    PLANNERS |= module.PLANNERS
LOOK_S = 0.01
DRIVE_LIMIT_S = 60.0


class Workshop:
    """A site with as many machines, volumes, images and appliances as lanes."""

    def __init__(self, folder: Path, lanes: int, drivers: Drivers, actions: Sequence[type[Action]] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._drivers = drivers
        self._folder = folder
        codec = ActionCodec((*CORE_ACTIONS, *simulated.ACTIONS, *actions))
        self.database = Database(f"sqlite:///{folder}/bench.sqlite", codec)
        self.database.migrate()
        self.world = simulated.SimulatedWorld(self.database.records)
        self.dispatcher = LocalDispatcher()
        self.runner = Runner(self.database.plans, self.world, self.dispatcher)
        self.lanes = range(lanes)
        with self.database.transaction() as tx:
            for record in _records(self.lanes):
                tx.records.put(record)

    def ask(self, intent: Intent) -> int:
        """Plan it, store the plan, have it driven; how many steps it has."""
        with self.database.transaction() as tx:
            planning = Planning(tx.facts, self._drivers, "bench", time.time(), str(self._folder))
            plan: Plan = PLANNERS[type(intent)](intent, planning)
            number = tx.plans.create(replace(plan, made_from=tx.facts.made_from), **_asked())
        self.dispatcher.submit(number)
        return len(plan.steps)

    def submit(self, plan: Plan) -> None:
        """Store a plan that nobody planned, and have it driven."""
        with self.database.transaction() as tx:
            number = tx.plans.create(plan, **_asked())
        self.dispatcher.submit(number)

    def wait(self) -> None:
        """Until no plan is unfinished, and all are done."""
        deadline = time.monotonic() + DRIVE_LIMIT_S
        while unfinished := self.database.plans.unfinished():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(unfinished)} plans are not finished after {DRIVE_LIMIT_S:.0f} s")
            time.sleep(LOOK_S)
        with self.database.reading() as tx:
            for plan in tx.plans.page(states=[state for state in PlanState if state is not PlanState.DONE]):
                raise RuntimeError(f"plan «{plan.plan.title}» is {plan.state}: {plan.note}")


def _asked() -> dict[str, Any]:
    return {"asked_by": "bench", "reason": "", "now_s": time.time()}


@contextmanager
def workshop(
    folder: Path, lanes: int, drivers: Drivers | None = None, actions: Sequence[type[Action]] = ()
) -> Iterator[Workshop]:
    """One that is at work until the block ends."""
    shop = Workshop(folder, lanes, drivers or simulated.SimulatedDrivers(), actions)
    shop.dispatcher.start(shop.runner.drive, shop.database.plans.unfinished)
    try:
        yield shop
    finally:
        shop.dispatcher.close()
        shop.runner.close()
        shop.database.close()


def _records(lanes: Sequence[int]) -> Iterator[Record]:
    yield Kernel(name="k", release="6.1", directory="/k", default=True)
    yield Resource(name="store", mac="52:54:01:00:00:00", address="10.0.0.2")
    yield Storage(name="disks", type="simulated", resource="store")
    for lane in lanes:
        mac = f"52:54:00:00:{lane >> 8:02x}:{lane & 255:02x}"
        bmc = Bmc(driver="simulated", address="10.1.0.1")
        yield Resource(name=f"m{lane}", mac=mac, address="10.0.0.9", cpu_count=4, memory_mib=4096, bmc=bmc)
        yield Volume(name=f"v{lane}", storage="disks", size_mib=1024)
        yield Image(name=f"i{lane}", volume=f"v{lane}")
        yield Appliance(name=f"a{lane}", kernel="k", image=f"i{lane}", resource=f"m{lane}")
