"""The database and its unit of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from openqrm.adapters.database.alone import alone, together
from openqrm.adapters.database.changes import Changes
from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.dialect import in_turn
from openqrm.adapters.database.events import Events, find_standing
from openqrm.adapters.database.feed import DatabaseFeed
from openqrm.adapters.database.machines import Machines
from openqrm.adapters.database.migrate import migrate
from openqrm.adapters.database.overview import Overview
from openqrm.adapters.database.plan_store import DatabasePlans
from openqrm.adapters.database.plans import Plans
from openqrm.adapters.database.pruning import Pruning
from openqrm.adapters.database.records import DatabaseRecords, Snapshot, TransactionRecords
from openqrm.adapters.database.search import Search
from openqrm.adapters.database.sessions import Sessions
from openqrm.adapters.database.silence import find_doubtful, find_hosts_by_ssh
from openqrm.adapters.database.skims import Skims
from openqrm.adapters.database.wish_keys import WishKeys
from openqrm.plugin_api.codec import ActionCodec

MACHINES_LOCK = 6_000_004


@dataclass(frozen=True)
class Transaction:
    """All that may be done in one transaction."""

    facts: Snapshot  # remembers what was read: `facts.made_from`
    records: TransactionRecords
    plans: Plans
    events: Events
    machines: Machines
    wish_keys: WishKeys
    skims: Skims
    sessions: Sessions
    changes: Changes
    overview: Overview
    search: Search


class Database:
    """`url` is `sqlite:////var/lib/openqrm/openqrm.sqlite` or `postgresql+psycopg://…`.

    `records`, `plans` and `feed` are the ports that World, Runner and Outbox want: each call is a transaction of its
    own. `full_sync` makes SQLite survive a power cut without the loss of the last moments, for more time per commit.
    """

    def __init__(self, url: str, codec: ActionCodec, *, full_sync: bool = False) -> None:
        self.url = url
        self.connections = Connections(url, full_sync=full_sync)
        self._codec = codec
        self.records = DatabaseRecords(self.connections)
        self.plans = DatabasePlans(self.connections, codec)
        self.feed = DatabaseFeed(self.connections)
        self.pruning = Pruning(self.connections)

    def migrate(self) -> None:
        """Bring the tables to this version. Raises OpenqrmError `unsupported` when they are of a newer one."""
        migrate(self.connections)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """To write: all or nothing. On SQLite there is one writer at a time, so keep it short and free of waiting."""
        with self.connections.write() as connection:
            yield self._transaction(connection)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """To read only, from one consistent snapshot; no writer waits for it."""
        with self.connections.snapshot() as connection:
            yield self._transaction(connection)

    @contextmanager
    def machines(self) -> Iterator[Machines]:
        """ports.boot.BootStore: one batch at a time, also where several processes share the database."""
        with self.connections.write() as connection:
            in_turn(connection, MACHINES_LOCK)
            yield Machines(connection)

    def find_doubtful(self) -> dict[str, bool]:
        """Machines whose power has to be asked for, with whether they speak: what `boot.power_watch` wants."""
        with self.connections.single() as connection:
            return find_doubtful(connection)

    def find_hosts_by_ssh(self) -> frozenset[str]:
        """Hosts of VMs that may have no agent: what `boot.host_watch` wants."""
        with self.connections.single() as connection:
            return find_hosts_by_ssh(connection)

    def find_standing(self, topic: str, ends: Sequence[str]) -> frozenset[str]:
        """What this was said of, and none of the ends since: what a watch has told before it was started."""
        with self.connections.single() as connection:
            return find_standing(connection, topic, ends)

    def alone(self) -> AbstractContextManager[None]:
        """Hold this while plans are dispatched in process. Raises OpenqrmError `refused` when another process does."""
        return alone(self.connections.engine)

    def together(self) -> AbstractContextManager[None]:
        """Hold this while several processes share this PostgreSQL. Raises OpenqrmError `refused` when one is alone."""
        return together(self.connections.engine)

    def close(self) -> None:
        """Let go of all connections."""
        self.connections.engine.dispose()

    def _transaction(self, connection: Connection) -> Transaction:
        return Transaction(
            facts=Snapshot(connection),
            records=TransactionRecords(connection),
            plans=Plans(connection, self._codec),
            events=Events(connection),
            machines=Machines(connection),
            wish_keys=WishKeys(connection),
            skims=Skims(connection),
            sessions=Sessions(connection),
            changes=Changes(connection),
            overview=Overview(connection),
            search=Search(connection),
        )
