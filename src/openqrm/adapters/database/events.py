"""Events, in the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Connection, Insert, bindparam, func, select, text, update

from openqrm.adapters.database.dialect import in_turn, insert
from openqrm.adapters.database.rows import form, number_of
from openqrm.adapters.database.tables import EVENTS, TIDINGS
from openqrm.domain.event import Event, Severity

TIDINGS_LOCK = 6_000_001  # so that tidings are numbered in the order in which they are committed
REPEAT_S = 60.0  # an event that is seen again within this time is counted, yet not told again
FORM = form(Event)
TELLING = TIDINGS.insert()
AT_ONCE = 500  # in one question
_THESE: BindParameter[Any] = bindparam("these", expanding=True)
NUMBERS = select(EVENTS.c.id, EVENTS.c.sameness, (EVENTS.c.count > 1).label("repeated")).where(
    EVENTS.c.sameness.in_(_THESE), EVENTS.c.acknowledged_by == ""
)
TOLD = select(TIDINGS.c.event, func.max(TIDINGS.c.at_s)).where(TIDINGS.c.event.in_(_THESE)).group_by(TIDINGS.c.event)


class Events:
    """Events in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def emit(self, events: Sequence[Event]) -> None:
        """Store them, with name "" and version 0; one that repeats an unacknowledged one is counted with it."""
        if not events:
            return
        in_turn(self._connection, TIDINGS_LOCK)
        rows = [FORM.values(event) | {"version": 1, "sameness": sameness(event)} for event in events]
        self._connection.execute(_counting(self._connection.dialect.name), rows)
        seen = {row["sameness"]: float(row["seen_at_s"]) for row in rows}  # a dict keeps their order
        for part in batched(seen, AT_ONCE):
            stored = self._connection.execute(NUMBERS, {"these": part}).all()
            numbers = {row.sameness: row.id for row in stored}
            said = self._told([row.id for row in stored if row.repeated])
            news = [name for name in part if said.get(numbers[name], float("-inf")) <= seen[name] - REPEAT_S]
            if news:
                tidings = [{"event": numbers[name], "at_s": seen[name]} for name in news]
                self._connection.execute(TELLING, tidings)

    def _told(self, repeated: list[int]) -> dict[int, float]:
        """When each of these was last told; one that happened for the first time cannot have been."""
        rows = self._connection.execute(TOLD, {"these": repeated}) if repeated else ()
        return {row[0]: row[1] for row in rows}

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


def find_standing(connection: Connection, topic: str, ends: Sequence[str]) -> frozenset[str]:
    """What this was said of, and none of the ends since."""
    about, said = EVENTS.c.about, EVENTS.c.topic
    among = select(about, said).where(said.in_((topic, *ends))).group_by(about, said)
    last = {row.about: row.topic for row in connection.execute(among.order_by(func.max(EVENTS.c.seen_at_s)))}
    return frozenset(each for each, word in last.items() if word == topic)


@cache
def _counting(dialect: str) -> Insert:
    adding = insert(dialect, EVENTS)
    return adding.on_conflict_do_update(
        index_elements=[EVENTS.c.sameness],
        index_where=text("acknowledged_by = ''"),  # SQLAlchemy would make a parameter of it for each of many rows
        set_={
            "count": EVENTS.c.count + adding.excluded["count"],
            "seen_at_s": adding.excluded.seen_at_s,
            "version": EVENTS.c.version + 1,
        },
    )


def batched(names: Iterable[str], size: int) -> Iterator[list[str]]:
    """In lists of this size."""
    everything = [*names]
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


def sameness(event: Event) -> str:
    """Equal for two events that say the same."""
    said = (event.topic, event.about, event.severity, event.text, event.plan, event.user)
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()
