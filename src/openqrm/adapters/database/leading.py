"""Of several processes on one PostgreSQL one leads: it does what must be done once. On SQLite there is only one."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, literal, select
from sqlalchemy.exc import DBAPIError

LEADING_LOCK = 6_000_003


class Leading:
    """A lock that PostgreSQL gives to one session, and takes back when that ends, however it does. One thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: Connection | None = None

    @property
    def is_shared(self) -> bool:
        """There may be others."""
        return self._engine.dialect.name != "sqlite"

    def leads(self) -> bool:
        """Whether this process does, now that it has tried to. Raises what the database does when nobody can know."""
        if not self.is_shared:
            return True
        try:
            return self._still() or self._take()
        except DBAPIError:
            self._drop()
            raise

    def close(self) -> None:
        """Let another one lead."""
        self._drop()

    def _still(self) -> bool:
        return self._held is not None and self._held.scalar(select(literal(1))) == 1

    def _take(self) -> bool:
        connection = self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        if connection.scalar(select(func.pg_try_advisory_lock(LEADING_LOCK))):
            self._held = connection
            return True
        connection.close()
        return False

    def _drop(self) -> None:
        held, self._held = self._held, None
        if held:
            held.invalidate()  # the session ends, and with it the lock, even where it can no longer be asked to
            held.close()
