"""Plans dispatched in one process must not be dispatched in another as well: who is first, stays alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, func, select

from openqrm.domain.errors import Category, OpenqrmError

ALONE_LOCK = 6_000_002


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Hold it while the process dispatches. It ends with the process, however that ends."""
    holding = _by_file(f"{engine.url.database}.lock") if engine.dialect.name == "sqlite" else _by_session(engine)
    with holding:
        yield


@contextmanager
def together(engine: Engine) -> Iterator[None]:
    """Hold it where several processes share one PostgreSQL: nobody can be alone meanwhile."""
    with _by_session(engine, shared=True):
        yield


@contextmanager
def _by_file(path: str) -> Iterator[None]:
    with open(path, "a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise _refusal(f"by process {file.read(20).decode(errors='replace') or 'unknown'}") from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


@contextmanager
def _by_session(engine: Engine, *, shared: bool = False) -> Iterator[None]:
    take = func.pg_try_advisory_lock_shared if shared else func.pg_try_advisory_lock
    give = func.pg_advisory_unlock_shared if shared else func.pg_advisory_unlock
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if not connection.scalar(select(take(ALONE_LOCK))):
            raise _refusal("from another machine or process")
        try:
            yield
        finally:
            connection.execute(select(give(ALONE_LOCK)))


def _refusal(whom: str) -> OpenqrmError:
    return OpenqrmError(
        Category.REFUSED,
        f"this database is already worked on {whom}",
        "Stop the other one first, or let several share one PostgreSQL with dispatch = procrastinate.",
    )
