"""Connections as this product wants them: SQLite with a write-ahead log and one writer, PostgreSQL as it is."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from openqrm.adapters.database.disk import Disk

PRAGMAS = (
    "PRAGMA busy_timeout = 30000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -8000",  # KiB: with SQLite's own 2000, 10,000 machines that register have no room in it
)
FULL_SYNC = "PRAGMA synchronous = FULL"
# The one used last is used next: it has read and prepared most.
POOL = {"pool_size": 40, "max_overflow": 60, "pool_timeout": 30.0, "pool_use_lifo": True}


class Connections:
    """Opens reads and writes. One writer at a time on SQLite: a queue in this process costs less than its retries."""

    def __init__(self, url: str, *, full_sync: bool = False, fsync: Callable[[int], None] = os.fsync) -> None:
        self.engine = create_engine(
            url, json_serializer=_to_json, json_deserializer=msgspec.json.decode, insertmanyvalues_page_size=200, **POOL
        )
        self.on_sqlite = self.engine.dialect.name == "sqlite"
        self._writer, self._writing = threading.Lock(), 0
        self._disk = Disk(str(self.engine.url.database), fsync) if self.on_sqlite and not full_sync else None
        if self.on_sqlite:
            _tune_sqlite(self.engine, full_sync=full_sync)
        self._single = self._isolated("AUTOCOMMIT")
        self._snapshot = self._isolated("REPEATABLE READ")

    @contextmanager
    def single(self) -> Iterator[Connection]:
        """For one statement that reads."""
        with self._single.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """For several that must see the same."""
        with self._snapshot.begin() as connection:
            if self.on_sqlite:
                _begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """For changes: committed when the block ends, taken back when it raises."""
        if not self.on_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        if self._writing == threading.get_ident():
            raise RuntimeError("a transaction within a transaction would wait for itself: use the one that is open")
        with self._writer, self.engine.begin() as connection:
            _begin(connection, "BEGIN IMMEDIATE")
            self._writing = threading.get_ident()
            try:
                yield connection
            finally:
                self._writing = 0

    def _isolated(self, level: str) -> Engine:
        """SQLite has one level only, and an engine of its own costs."""
        return self.engine if self.on_sqlite else self.engine.execution_options(isolation_level=level)

    def flush(self) -> None:
        """What is committed outlives a power cut when this returns; PostgreSQL sees to that at each commit."""
        if self._disk:
            self._disk.flush()


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _tune_sqlite(engine: Engine, *, full_sync: bool) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _entry: ConnectionPoolEntry) -> None:
        raw.isolation_level = None  # the driver begins nothing by itself
        for pragma in (*PRAGMAS, FULL_SYNC) if full_sync else PRAGMAS:
            raw.execute(pragma).close()


def _begin(connection: Connection, how: str) -> None:
    """Straight to the driver: as a listener of SQLAlchemy's it would cost every statement some microseconds."""
    connection.connection.cursor().execute(how)
