"""The dispatcher by Procrastinate keeps the same promises as the one in process."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from openqrm.adapters.database import Database
from openqrm.adapters.dispatch.procrastinate import ProcrastinateDispatcher
from tests.postgresql import PostgreSql
from tests.unit.adapters.conftest import CODEC
from tests.unit.adapters.test_dispatch_local import Drives

pytestmark = pytest.mark.postgresql


@pytest.fixture
def drives() -> Drives:
    return Drives()


@pytest.fixture
def dispatcher(postgres: PostgreSql, migrated: str, drives: Drives) -> Iterator[ProcrastinateDispatcher]:
    database = Database(postgres.url(postgres.new(migrated)), CODEC)
    made = ProcrastinateDispatcher(database.connections.engine, threads=4)
    yield made
    drives.hold.set()
    made.close()
    database.close()


def test_what_an_earlier_life_left_is_driven(dispatcher: ProcrastinateDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, lambda: [("1", 0.0), ("2", 5.0), ("later", time.time() + 3600)])
    drives.until("1", 1)
    drives.until("2", 1)
    assert drives.count["later"] == 0


def test_the_earlier_time_counts(dispatcher: ProcrastinateDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, list)
    dispatcher.submit("1", due_s=time.time() + 3600)
    dispatcher.submit("1", due_s=time.time() + 0.05)
    dispatcher.submit("1", due_s=time.time() + 7200)
    drives.until("1", 1)
    dispatcher.submit("2")
    drives.until("2", 1)
    assert drives.count["1"] == 1


def test_a_plan_at_work_is_driven_again_afterwards(dispatcher: ProcrastinateDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, list)
    dispatcher.submit("held")
    drives.until("held", 1)
    for _ in range(5):
        dispatcher.submit("held")
    dispatcher.submit("other")
    drives.until("other", 1)
    assert drives.count["held"] == 1
    drives.hold.set()
    drives.until("held", 2)
    assert (drives.most, drives.count["held"]) == (1, 2)


def test_a_drive_that_breaks_harms_no_other(dispatcher: ProcrastinateDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, lambda: [("broken", 0.0)])
    drives.until("broken", 1)
    dispatcher.submit("2")
    drives.until("2", 1)
    drives.at_once.clear()
    dispatcher.submit("broken")
    drives.until("broken", 2)
