"""What is done once a day: pruning, destroying what was kept long enough, and one failure does not end the rest."""

from __future__ import annotations

import threading
import time

import pytest

from openqrm.domain.resource import SELF
from openqrm.domain.storage import Removal, Storage
from openqrm.domain.user import PluginState
from openqrm.services.daily import Daily
from openqrm.services.purging import ITSELF, Purging
from tests.unit.services.site import TestSite

DAY_S = 86_400.0


@pytest.fixture
def kept(site: TestSite) -> TestSite:
    """Two volumes were removed from a storage: one may be had back for another day, of the other the time is over."""
    site.database.records.put(PluginState(name="nfs-storage", enabled=True, started=True))
    site.database.records.put(Storage(name="nas", type="nfs-storage", resource=SELF))
    for number, until_s in ((1, time.time() - 1), (2, time.time() + DAY_S)):
        removal = Removal(
            name=f"web.{number}", volume="web", number=number, storage="nas", removed_s=1.0, until_s=until_s
        )  # fmt: skip
        site.database.records.put(removal)
    return site


def test_what_is_due_is_destroyed_by_a_plan_that_says_why(kept: TestSite) -> None:
    assert Purging(kept.desk)(threading.Event()) == 1
    assert [each.name for each in kept.database.records.list(Removal)] == ["web.2"]
    plan = kept.database.plans.load("1")
    assert (plan.asked_by, plan.reason) == (ITSELF.user, "the time for which they are kept is over")


def test_nothing_due_is_no_plan(kept: TestSite) -> None:
    Purging(kept.desk)(threading.Event())
    assert Purging(kept.desk)(threading.Event()) == 0


def test_a_storage_that_does_not_answer_is_not_asked_for_ever(kept: TestSite) -> None:
    kept.world.own.status = 1
    assert Purging(kept.desk)(threading.Event()) == 0
    assert len(kept.database.records.list(Removal)) == 2


def test_an_end_is_not_waited_for(kept: TestSite) -> None:
    kept.world.own.answers.clear()
    ending = threading.Event()
    threading.Timer(0.2, ending.set).start()
    assert Purging(kept.desk)(ending) == 0
    kept.world.own.answers.set()


def test_one_that_fails_does_not_end_the_others() -> None:
    def fails(ending: threading.Event) -> int:
        raise OSError("the disk is gone")

    assert Daily({"first": fails, "second": lambda ending: 3}, threading.Event()).look() == {"second": 3}
