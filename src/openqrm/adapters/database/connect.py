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
)
FULL_SYNC = "PRAGMA synchronous = FULL"
POOL = {"pool_size": 40, "max_overflow": 60, "pool_timeout": 30.0}


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
        once: dict[str, Any] = {} if self.on_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._single = self.engine.execution_options(begin="", **once)
        snapshot: dict[str, Any] = {} if self.on_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._snapshot = self.engine.execution_options(begin="BEGIN", **snapshot)
        self._write = self.engine.execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def single(self) -> Iterator[Connection]:
        """For one statement that reads."""
        with self._single.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """For several that must see the same."""
        with self._snapshot.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """For changes: committed when the block ends, taken back when it raises."""
        if not self.on_sqlite:
            with self._write.begin() as connection:
                yield connection
            return
        if self._writing == threading.get_ident():
            raise RuntimeError("a transaction within a transaction would wait for itself: use the one that is open")
        with self._writer, self._write.begin() as connection:
            self._writing = threading.get_ident()
            try:
                yield connection
            finally:
                self._writing = 0

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

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get("begin", "BEGIN")
        if statement:
            connection.exec_driver_sql(statement)
