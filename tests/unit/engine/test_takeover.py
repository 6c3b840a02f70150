"""Two processes share a database; the one that drives a plan is killed, and the other finishes it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openqrm.adapters.database import Database
from openqrm.adapters.dispatch.procrastinate import ProcrastinateDispatcher
from openqrm.domain.journal import Fact
from openqrm.domain.plan import PlanState
from openqrm.plugin_api.codec import ActionCodec
from tests.postgresql import postgresql
from tests.unit.adapters.actions import ACTIONS, plan_files

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("takeover")]
LONG_S = 90.0


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with postgresql() as server:
        opened = Database(server.url(server.new()), ActionCodec(ACTIONS))
        opened.migrate()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def processes(database: Database) -> Iterator[dict[int, subprocess.Popen[str]]]:
    argv = [sys.executable, "-m", "tests.unit.engine.takeover_process", database.url]
    started = [subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    yield {process.pid: process for process in started}
    for process in started:
        process.communicate()


def ask(database: Database, folder: Path, *files: str, seconds: float) -> str:
    with database.transaction() as tx:
        plan = plan_files(folder, *files, seconds=seconds)
        asked = tx.plans.create(plan, asked_by="ann", reason="a test", now_s=time.time())
    asking = ProcrastinateDispatcher(database.connections.engine)
    asking.open()
    asking.submit(asked)
    asking.close()
    return asked


def until(true: Callable[[], object]) -> None:
    end_s = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def attempts(folder: Path) -> list[tuple[str, int]]:
    path = folder / "attempts"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(line.split()[0], int(line.split()[1])) for line in lines]


def test_the_other_process_finishes_the_plan(
    database: Database, processes: dict[int, subprocess.Popen[str]], tmp_path: Path
) -> None:
    plan = ask(database, tmp_path, "a", "b", "c", seconds=0.5)
    until(lambda: len(attempts(tmp_path)) == 2)  # in the middle of b
    _, killed = attempts(tmp_path)[-1]
    processes[killed].send_signal(signal.SIGKILL)
    processes[killed].wait()
    until(lambda: database.plans.load(plan).state is not PlanState.RUNNING)
    assert database.plans.load(plan).state is PlanState.DONE
    (survivor,) = processes.keys() - {killed}
    assert attempts(tmp_path) == [("a", killed), ("b", killed), ("b", survivor), ("c", survivor)]
    facts = [(entry.step, entry.fact) for entry in database.plans.journal(plan)]
    assert facts == [
        ("a", Fact.STARTED), ("a", Fact.DONE), ("b", Fact.STARTED), ("b", Fact.STARTED), ("b", Fact.DONE),
        ("c", Fact.STARTED), ("c", Fact.DONE),
    ]  # fmt: skip
    with database.reading() as tx:
        assert [event.topic for event in tx.events.page() if event.plan == plan] == ["files.written"]


def test_a_plan_that_nobody_asked_for_is_found(
    database: Database, processes: dict[int, subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Its process died between storing it and asking."""
    with database.transaction() as tx:
        plan = tx.plans.create(plan_files(tmp_path, "x"), asked_by="ann", reason="", now_s=time.time())
    until(lambda: database.plans.load(plan).state is PlanState.DONE)
