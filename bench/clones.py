"""Thin clones, asked for at once on one storage: none lost, none doubled, and never more at work than the host's bound.

LVM is simulated, so what is measured is our own work: planning, storing, driving, journal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.rows import Row, at_most
from bench.simulated import SimulatedDrivers
from bench.workshop import Workshop, workshop
from openqrm.domain.plan import Plan
from openqrm.domain.storage import Storage, Volume
from openqrm.plugin_api.storage import STORAGE_ACTIONS
from openqrm.plugin_api.testing.gate import Gate
from openqrm.plugin_api.testing.lvm_tools import SimulatedLvm
from openqrm.plugin_api.testing.simulator import SimulatedHost
from openqrm.ports.world import Completed
from openqrm_plugins.lvm_storage.driver import Driver
from openqrm_plugins.lvm_storage.settings import Settings

CLONES = 500
TOOL_S = 0.01  # what a tool takes, so that clones meet on the host
STORAGE = Storage(name="vol", type="lvm-iscsi", resource="store")


class CountingLvm(SimulatedLvm):
    """Remembers how many tools were at work at once, and every name that was made."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []
        self.most = 0
        self._now, self._lock = 0, threading.Lock()

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(TOOL_S)
        with self._lock:
            self._now -= 1
            done = super().run(argv, stdin, environment)
            if argv[0] == "lvcreate" and done.status == 0:
                self.made.append(argv[argv.index("--name") + 1])
            return done


def measure(scratch: Path) -> Iterator[Row]:
    """All of it in this process, which is what is measured."""
    tools = CountingLvm()
    host = SimulatedHost("store", tools, Gate())
    driver = Driver(Settings(group="lab", pool="pool"))
    with workshop(scratch, 1, SimulatedDrivers(), STORAGE_ACTIONS) as shop:
        shop.world.hosts["store"] = host
        golden = driver.plan_create(STORAGE, Volume(name="golden", id=1, storage="vol", size_mib=1024))
        shop.submit(Plan(title="golden", steps=golden))
        shop.wait()
        yield from _clone(shop, driver, tools)


def _clone(shop: Workshop, driver: Driver, tools: CountingLvm) -> Iterator[Row]:
    wall, cpu = time.monotonic(), time.process_time()
    for number in range(CLONES):
        volume = Volume(name=f"c{number}", id=number + 2, storage="vol", size_mib=1024, source="golden")
        shop.submit(Plan(title=f"clone {number}", steps=driver.plan_create(STORAGE, volume), locks=(volume.ref,)))
    shop.wait()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    clones = sorted(name for name in tools.made if name != "golden")
    lost = CLONES - len({*clones})
    note = f"{CLONES} at once in {wall:.1f} s, the simulated tools' CPU included; at most {tools.most} tools at work"
    yield Row(name="a thin clone's own cost", value=cpu / CLONES * 1000, unit="ms CPU", goal=at_most(5), note=note)
    doubled = len(clones) - len({*clones})
    yield Row(name="clones lost or doubled", value=lost + doubled, unit="", goal=at_most(0), note=f"of {CLONES}")
