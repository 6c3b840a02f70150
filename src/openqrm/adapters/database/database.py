"""The database and its unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from openqrm.adapters.database.events import Events
from openqrm.adapters.database.machines import Machines
from openqrm.adapters.database.plans import DatabasePlans, Plans
from openqrm.adapters.database.records import DatabaseRecords, Snapshot, TransactionRecords
from openqrm.plugin_api.codec import ActionCodec


@dataclass(frozen=True)
class Transaction:
    """All that may be done in one transaction."""

    facts: Snapshot  # remembers what was read: `facts.made_from`
    records: TransactionRecords
    plans: Plans
    events: Events
    machines: Machines


class Database:
    """`url` is `sqlite:////var/lib/openqrm/openqrm.sqlite` or `postgresql+psycopg://…`.

    `records` and `plans` are the ports that a World and a Runner want: each call is a transaction of its own.
    """

    records: DatabaseRecords
    plans: DatabasePlans

    def __init__(self, url: str, codec: ActionCodec, *, full_sync: bool = False) -> None:
        raise NotImplementedError

    def migrate(self) -> None:
        """Bring the tables to this version. Raises OpenqrmError `unsupported` when they are of a newer one."""

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """To write: all or nothing."""
        raise NotImplementedError

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """To read only, from one consistent snapshot; no writer waits for it."""
        raise NotImplementedError

    def alone(self) -> AbstractContextManager[None]:
        """Hold this while plans are dispatched in process. Raises OpenqrmError `refused` when another process does."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of all connections."""

    def connected(self) -> Connection:
        """For tests and backups."""
        raise NotImplementedError
