"""An installation without doors and machines: the real database, plugins, engine and desk over a still world."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from openqrm.adapters.database import Database
from openqrm.adapters.dispatch.local import LocalDispatcher
from openqrm.adapters.vault import DatabaseVault
from openqrm.domain.errors import Category, StepError
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import SELF, Observation, Resource
from openqrm.domain.user import PluginState, Role, User
from openqrm.engine.runner import Runner
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_host.host import PluginHost
from openqrm.ports.world import Completed, HttpAnswer, HttpRequest
from openqrm.services.attending import AttendedPlans
from openqrm.services.caller import Caller
from openqrm.services.catalogue import Catalogue
from openqrm.services.desk import Desk
from openqrm.services.endings import Endings
from openqrm.services.live import Live
from openqrm.services.live_rows import LiveRows
from openqrm.services.sign_in import SignIn
from tests.unit.fresh import fresh_database

ADMIN = Caller("admin", Role.ADMINISTRATOR)
PASSWORD = "a password for tests"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # a tenth of a second less for every sign-in


@dataclass
class StillHost:
    """Runs nothing, and remembers what it was asked to run; each command ends with `status`, once `answers` is set."""

    status: int = 0
    asked: list[tuple[str, ...]] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    def run(
        self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:  # fmt: skip
        self.asked.append(argv)
        self.answers.wait()
        return Completed(self.status, "", "")

    def read_file(self, path: str) -> bytes | None:
        self.asked.append(("read", path))
        return None

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        self.asked.append(("write", path))

    def remove_file(self, path: str) -> None:
        self.asked.append(("remove", path))


@dataclass
class StillWorld:
    """ports.world.World with the real records and vault, and one host."""

    records: Any
    vault: Any
    own: StillHost = field(default_factory=StillHost)

    def host(self, resource: str) -> StillHost:
        if resource == SELF:
            return self.own
        raise StepError(Category.UNAVAILABLE, f"there is no way to {resource}", "It is a test.")

    def http(self, request: HttpRequest) -> HttpAnswer:
        raise StepError(Category.UNAVAILABLE, "nobody answers", "It is a test.")

    def now_s(self) -> float:
        return time.time()


@dataclass
class TestSite:
    """All parts of it."""

    database: Database
    world: StillWorld
    host: PluginHost
    catalogue: Catalogue
    desk: Desk
    sign_in: SignIn
    live: Live

    __test__ = False


@contextmanager
def open_site(folder: Path, plugins: Callable[[], PluginHost] = PluginHost) -> Iterator[TestSite]:
    """With its own resource, one user, a default kernel and the storage plugin that makes nothing, tmpfs-storage."""
    host = plugins()
    database = fresh_database(folder, ActionCodec(host.actions()))
    for record in (
        Resource(name=SELF, managed=False, address="10.0.0.1"),
        Resource(name="m1", mac="52:54:00:00:00:01", memory_mib=512, cpu_count=1),
        Observation(name="m1", milestone="uplink", boot_id="m1.x", power="on", last_seen_s=time.time() + 1e6),
        Kernel(name="default", directory="/nowhere", default=True),
        PluginState(name="tmpfs-storage", enabled=True, started=True),
    ):
        database.records.put(record)
    dispatcher = LocalDispatcher(threads=4)
    world = StillWorld(database.records, DatabaseVault(database.connections, folder / "vault.key"))
    endings = Endings()
    runner = Runner(AttendedPlans(database.plans, endings, lambda: None), world, dispatcher, steps_at_once=4)
    catalogue = Catalogue(host)
    desk = Desk(
        database, world, host, catalogue, dispatcher, base_directory=str(folder), endings=endings, passwords=CHEAP
    )
    sign_in = SignIn(database, world, folder, CHEAP)
    database.records.put(
        User(name="admin", role=Role.ADMINISTRATOR.name, password_hash=sign_in.hash_password(PASSWORD))
    )
    live = Live(database, LiveRows(host, catalogue, world), every_s=0.01)
    live.start()
    dispatcher.start(runner.drive, database.plans.unfinished)
    try:
        yield TestSite(database, world, host, catalogue, desk, sign_in, live)
    finally:
        world.own.answers.set()
        live.close()
        dispatcher.close()
        runner.close()
        database.close()
