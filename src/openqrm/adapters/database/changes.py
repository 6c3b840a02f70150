"""The row of changes as one reader sees it: which objects have changed since a place in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, Text, bindparam, cast, delete, func, select

from openqrm.adapters.database.tables import CHANGES

KEPT = 100_000
AT_ONCE = 20_000
ROWS = select(CHANGES.c.id, CHANGES.c.kind, CHANGES.c.name).order_by(CHANGES.c.id).limit(AT_ONCE)
LAST = select(func.coalesce(func.max(CHANGES.c.id), 0))
FIRST = select(func.coalesce(func.min(CHANGES.c.id), 0))
# PostgreSQL numbers rows before it commits them. All transactions below this number have ended.
ENDED = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
BY_NUMBER = ROWS.where(CHANGES.c.id > bindparam("after"))
BY_WRITER = ROWS.where(CHANGES.c.writer >= bindparam("after"), CHANGES.c.writer < bindparam("before")).limit(None)
OLDEST_WRITER = select(func.coalesce(func.min(CHANGES.c.writer), 0))
TRIMMING = delete(CHANGES).where(CHANGES.c.id <= bindparam("upto"))


@dataclass(frozen=True)
class News:
    """What has changed, in order, each object once a change; `place` is where to go on."""

    place: int
    objects: Sequence[tuple[str, str]]


class Changes:
    """In the caller's transaction. A place is a number that only grows, the same in all processes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._by_number = connection.dialect.name == "sqlite"

    def place(self) -> int:
        """The end of the row: nothing before it is news."""
        return self._connection.scalar(LAST if self._by_number else select(ENDED)) or 0

    def oldest(self) -> int:
        """From no place before this one can be read on."""
        return self._connection.scalar(FIRST if self._by_number else OLDEST_WRITER) or 0

    def since(self, place: int) -> News:
        """What came after it."""
        if self._by_number:
            rows = self._connection.execute(BY_NUMBER, {"after": place}).all()
            return News(rows[-1].id if rows else place, [(row.kind, row.name) for row in rows])
        ended = self.place()
        rows = self._connection.execute(BY_WRITER, {"after": place, "before": ended}).all()
        return News(ended, [(row.kind, row.name) for row in rows])

    def trim(self, keep: int = KEPT) -> int:
        """Forget all but the latest; how many were forgotten."""
        last = self._connection.scalar(LAST) or 0
        return self._connection.execute(TRIMMING, {"upto": last - keep}).rowcount
