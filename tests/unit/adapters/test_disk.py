"""What must not be lost when the power goes lies on the disk before anything outside is changed."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.disk import Disk
from openqrm.adapters.database.plan_store import DatabasePlans
from openqrm.adapters.database.plans import Plans
from openqrm.domain.plan import Plan, PlanState, Step
from openqrm.domain.resource import Resource
from openqrm.engine.rehearsal import MemoryPlans, drive_to_end
from openqrm.engine.runner import Runner
from openqrm.plugin_api.actions import MakeSecret, put
from openqrm.plugin_api.testing import SimulatedWorld
from tests.unit.adapters.actions import WriteSlowly
from tests.unit.adapters.conftest import CODEC
from tests.unit.fresh import fresh_database


def test_the_log_is_flushed_after_the_fact_and_before_the_change(tmp_path: Path) -> None:
    fresh_database(tmp_path, CODEC).close()
    flushed: list[tuple[str, bool, list[str]]] = []

    def fsync(file: int) -> None:
        path = os.readlink(f"/proc/self/fd/{file}")
        facts = [entry.fact.value for entry in plans.journal(plan)]
        flushed.append((Path(path).name, (tmp_path / "a").exists(), facts))

    (database,) = tmp_path.glob("*.sqlite")
    connections = Connections(f"sqlite:///{database}", fsync=fsync)
    plans = DatabasePlans(connections, CODEC)
    steps = (Step(id="a", action=WriteSlowly(str(tmp_path), "a"), why="of the test"),)
    with connections.write() as connection:
        plan = Plans(connection, CODEC).create(Plan(title="One", steps=steps), asked_by="", reason="", now_s=1.0)
    Runner(plans, SimulatedWorld(), MemoryPlans()).drive(plan)
    assert plans.load(plan).state is PlanState.DONE
    assert flushed == [(f"{database.name}-wal", False, ["started"]), (tmp_path.name, False, ["started"])]
    connections.engine.dispose()


def test_what_is_changed_in_the_same_database_needs_no_flush() -> None:
    class Flushed(MemoryPlans):
        flushes = 0

        def flush(self) -> None:
            self.flushes += 1

    inside = (put(Resource(name="m1"), None, "Add m1"), MakeSecret("grant-web"))
    plans, world = Flushed(), SimulatedWorld()
    for action in inside:
        drive_to_end(plans, plans.add(Plan(title="One", steps=(Step(id="a", action=action, why="x"),)), 1.0), world)
    assert plans.flushes == 0 and all(p.state is PlanState.DONE for p in plans.plans.values())


@dataclass
class SlowDisk:
    """The first flush lasts until the others have asked."""

    waiting: threading.Barrier
    count: int = 0

    def __call__(self, _file: int) -> None:
        self.count += 1
        if self.count == 1:
            self.waiting.wait()


def test_those_who_ask_while_one_flushes_share_the_next(tmp_path: Path) -> None:
    (tmp_path / "db-wal").touch()
    slow = SlowDisk(threading.Barrier(2))
    disk = Disk(str(tmp_path / "db"), slow)
    threads: list[Any] = [threading.Thread(target=disk.flush) for _ in range(9)]
    for thread in threads:
        thread.start()
    while disk._asked < 9:
        threading.Event().wait(0.01)
    slow.waiting.wait()
    for thread in threads:
        thread.join()
    assert slow.count == 3, "the log and, once, its folder; and the log for the eight that asked meanwhile"
