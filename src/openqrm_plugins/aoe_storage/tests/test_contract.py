"""The contract of storage drivers and their actions, on a simulated vblade, kept by systemd and bare."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import Category, PlanningError, Storage, Volume
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench
from openqrm.plugin_api.testing.aoe_tools import SimulatedBlades
from openqrm.plugin_api.testing.storage import FIRST, SECOND
from openqrm_plugins.aoe_storage.driver import Driver
from openqrm_plugins.aoe_storage.settings import Settings

DRIVER = Driver(Settings())
KEPT = Storage(name="kept", type="aoe-storage", resource="store1")
BARE = Storage(name="bare", type="aoe-storage", resource="store1", settings={"keeper": "bare", "first_shelf": 100})
ADDRESSES = {FIRST.mac: FIRST.address, SECOND.mac: SECOND.address}


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedBlades()})


def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
    host = made.hosts["store1"]
    assert isinstance(host, SimulatedBlades)
    return frozenset(ADDRESSES[mac] for mac in host.writers(f"/aoe-storage/{volume}.img"))


BENCHES = [StorageBench(DRIVER, storage, world, writers, ("aoe",)) for storage in (KEPT, BARE)]
CASES = [case for bench in BENCHES for case in (*bench.cases(), *bench.optional_cases())]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.storage.name)
def test_rule(rule: Callable[[StorageBench], None], bench: StorageBench) -> None:
    rule(bench)


def test_shelf_and_slot_follow_from_the_number() -> None:
    root = DRIVER.root(BARE, Volume(name="web", id=35, storage="bare"), "10.0.0.2", "")
    assert dict(root.facts)["device"] == "e102.3"


@pytest.mark.parametrize(("number", "category"), [(16 * 65500, Category.UNSUPPORTED)])
def test_there_is_an_end_of_shelves(number: int, category: Category) -> None:
    with pytest.raises(PlanningError) as refused:
        DRIVER.root(BARE, Volume(name="web", id=number, storage="bare"), "10.0.0.2", "")
    assert refused.value.category is category


def test_it_cannot_be_lent() -> None:
    with pytest.raises(PlanningError, match="cannot be lent"):
        DRIVER.plan_lend(KEPT, Volume(name="web", id=1, storage="kept"), FIRST)
