"""Two starts of one appliance, asked for in two processes at the same moment: one is carried out, the other refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from openqrm.adapters.database import Database
from openqrm.adapters.vault import DatabaseVault
from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.record import Record
from openqrm.domain.resource import SELF, Bmc, Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import PluginState
from openqrm.engine.rehearsal import MemoryPlans
from openqrm.planning.appliance_start import StartAppliance
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_host.host import PluginHost
from openqrm.services.catalogue import Catalogue
from openqrm.services.desk import Desk, Wishes
from openqrm.services.endings import Endings
from tests.unit.services.site import ADMIN, StillWorld

ROUNDS = 10
TRIES = 8


def records() -> Iterator[Record]:
    yield Resource(name=SELF, managed=False, address="10.0.0.1")
    yield PluginState(name="nfs-storage", enabled=True, started=True)
    yield PluginState(name="ipmi", enabled=True, started=True)
    yield Kernel(name="k", directory="/nowhere", default=True)
    yield Storage(name="nas", type="nfs-storage", resource=SELF)
    for number in range(ROUNDS):
        for of in (1, 2):
            name, mac, address = f"m{number}-{of}", f"52:54:00:00:0{number}:0{of}", f"10.0.{number}.{of}"
            yield Resource(name=name, mac=mac, address=address, memory_mib=512, bmc=Bmc(driver="ipmi", address=address))
            yield Observation(name=name, milestone="uplink", boot_id="b", power="on", last_seen_s=time.time() + 1e6)
        yield Volume(name=f"v{number}", storage="nas")
        yield Image(name=f"i{number}", volume=f"v{number}")
        yield Appliance(name=f"a{number}", image=f"i{number}", kernel="k")


@pytest.fixture
def desks(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Desk]]:
    """Two processes, as far as the database can tell. Plans are stored, and not carried out."""
    host = PluginHost()
    databases = [Database(url, ActionCodec(host.actions())) for _ in range(2)]
    databases[0].migrate()
    for record in records():
        databases[0].records.put(record)
    yield [_desk(each, host, tmp_path_factory.mktemp("base")) for each in databases]
    for each in databases:
        each.close()


def _desk(database: Database, host: PluginHost, base: Path) -> Desk:
    world = StillWorld(database.records, DatabaseVault(database.connections, base / "vault.key"))
    return Desk(database, world, host, Catalogue(host), MemoryPlans(), base_directory=str(base), endings=Endings())


def test_one_of_them_is_carried_out(desks: list[Desk]) -> None:
    with ThreadPoolExecutor(TRIES) as people:
        for number in range(ROUNDS):
            wishes = [StartAppliance(f"a{number}", f"m{number}-{each % 2 + 1}") for each in range(TRIES)]
            told = [*people.map(lambda wish, desk: _ask(desk, wish), wishes, desks * (TRIES // 2))]
            assert told.count("") == 1, told
            assert {*told} <= {"", Category.BUSY, Category.CONFLICT, Category.STALE}, told


def _ask(desk: Desk, wish: StartAppliance) -> str:
    try:
        desk.ask(ADMIN, wish, Wishes())
    except PlanningError as refused:
        return refused.category
    return ""
