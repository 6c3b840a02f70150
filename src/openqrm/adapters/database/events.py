"""Events, in the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Insert, bindparam, select, update

from openqrm.adapters.database.dialect import in_turn, insert
from openqrm.adapters.database.rows import form, number_of
from openqrm.adapters.database.tables import EVENTS, TIDINGS
from openqrm.domain.event import Event, Severity

TIDINGS_LOCK = 6_000_001  # so that tidings are numbered in the order in which they are committed
REPEAT_S = 60.0  # an event that is seen again within this time is counted, yet not told again
FORM = form(Event)
TELLING = TIDINGS.insert()
TOLD = select(TIDINGS.c.id).where(TIDINGS.c.event == bindparam("number"), TIDINGS.c.at_s > bindparam("since_s"))


class Events:
    """Events in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def emit(self, events: Sequence[Event]) -> None:
        """Store them, with name "" and version 0; one that repeats an unacknowledged one is counted with it."""
        if events:
            in_turn(self._connection, TIDINGS_LOCK)
        for event in events:
            number = self._store(event)
            since = {"number": number, "since_s": event.seen_at_s - REPEAT_S}
            if self._connection.execute(TOLD, since).first() is None:
                self._connection.execute(TELLING, {"event": number, "at_s": event.seen_at_s})

    def page(
        self, *, severity: Severity | None = None, about: str = "", open_only: bool = False, before: str = "",
        limit: int = 100,
    ) -> list[Event]:  # fmt: skip
        """Events, newest first; `before` is the name of the last one on the page before."""
        wanted = FORM.columns.order_by(EVENTS.c.id.desc()).limit(limit)
        if severity is not None:
            wanted = wanted.where(EVENTS.c.severity == severity)
        if about:
            wanted = wanted.where(EVENTS.c.about == about)
        if open_only:
            wanted = wanted.where(EVENTS.c.acknowledged_by == "")
        if before:
            wanted = wanted.where(EVENTS.c.id < number_of(before))
        return [FORM.record(row) for row in self._connection.execute(wanted)]

    def acknowledge(self, names: Sequence[str], user: str) -> int:
        """How many of them were still open."""
        numbers = [number_of(name) for name in names]
        still_open = update(EVENTS).where(EVENTS.c.id.in_(numbers), EVENTS.c.acknowledged_by == "")
        return self._connection.execute(still_open.values(acknowledged_by=user)).rowcount

    def _store(self, event: Event) -> int:
        values: dict[str, Any] = FORM.values(event) | {"version": 1, "sameness": sameness(event)}
        return int(self._connection.scalars(_counting(self._connection.dialect.name), values).one())


@cache
def _counting(dialect: str) -> Insert:
    adding = insert(dialect, EVENTS)
    counting = adding.on_conflict_do_update(
        index_elements=[EVENTS.c.sameness],
        index_where=EVENTS.c.acknowledged_by == "",
        set_={
            "count": EVENTS.c.count + adding.excluded["count"],
            "seen_at_s": adding.excluded.seen_at_s,
            "version": EVENTS.c.version + 1,
        },
    )
    return counting.returning(EVENTS.c.id)


def sameness(event: Event) -> str:
    """Equal for two events that say the same."""
    said = (event.topic, event.about, event.severity, event.text, event.plan, event.user)
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()
