"""The row of tidings, and each subscriber's place in it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update

from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.dialect import insert
from openqrm.adapters.database.rows import form
from openqrm.adapters.database.tables import EVENTS, SUBSCRIBERS, TIDINGS
from openqrm.domain.event import Event
from openqrm.ports.events import SubscriberState, Tiding

FORM = form(Event)
IN_ORDER = FORM.columns.add_columns(TIDINGS.c.id).join_from(EVENTS, TIDINGS, TIDINGS.c.event == EVENTS.c.id)
LAST = func.coalesce(func.max(TIDINGS.c.id), 0)


class DatabaseFeed:
    """ports.events.Feed."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def join(self, name: str) -> None:
        """A new subscriber is told what happens from now on; a known one goes on where it was."""
        with self._connections.write() as connection:
            start = {
                "name": name, "position": connection.scalar(select(LAST)), "failures": 0, "skipped": 0,
                "due_s": 0.0, "held_until_s": 0.0, "last_error": "",
            }  # fmt: skip
            connection.execute(insert(connection.dialect.name, SUBSCRIBERS).values(start).on_conflict_do_nothing())

    def take(self, name: str, now_s: float, hold_s: float, limit: int) -> Sequence[Tiding]:
        """What comes next, held for this process; empty when nothing does, it is not due, or another holds it."""
        me = SUBSCRIBERS.c.name == name
        free = (SUBSCRIBERS.c.held_until_s <= now_s) & (SUBSCRIBERS.c.due_s <= now_s)
        news = SUBSCRIBERS.c.position < select(LAST).scalar_subquery()
        with self._connections.single() as connection:
            if connection.execute(select(SUBSCRIBERS.c.name).where(me, free, news)).first() is None:
                return ()
        with self._connections.write() as connection:
            held = update(SUBSCRIBERS).where(me, free).values(held_until_s=now_s + hold_s)
            place = connection.execute(held.returning(SUBSCRIBERS.c.position, SUBSCRIBERS.c.failures)).first()
            if place is None:
                return ()
            rows = connection.execute(
                IN_ORDER.where(TIDINGS.c.id > place.position).order_by(TIDINGS.c.id).limit(limit)
            ).all()
        first = [Tiding(row[-1], FORM.record(row[:-1]), place.failures) for row in rows[:1]]
        return first + [Tiding(row[-1], FORM.record(row[:-1])) for row in rows[1:]]

    def delivered(self, name: str, number: int) -> None:
        """All tidings up to this one were."""
        self._set(name, position=number, failures=0, last_error="", due_s=0.0)

    def failed(self, name: str, error: str, due_s: float) -> None:
        """The next one was not; it is due again then."""
        self._set(name, failures=SUBSCRIBERS.c.failures + 1, last_error=error[:2000], due_s=due_s)

    def skipped(self, name: str, number: int) -> None:
        """This one was given up."""
        self._set(name, position=number, failures=0, due_s=0.0, skipped=SUBSCRIBERS.c.skipped + 1)

    def release(self, name: str) -> None:
        """Let others take."""
        self._set(name, held_until_s=0.0)

    def states(self) -> list[SubscriberState]:
        """Of all subscribers, by name."""
        waiting = select(func.count()).where(TIDINGS.c.id > SUBSCRIBERS.c.position).scalar_subquery()
        told = select(
            SUBSCRIBERS.c.name, waiting.label("waiting"), SUBSCRIBERS.c.failures, SUBSCRIBERS.c.skipped,
            SUBSCRIBERS.c.due_s, SUBSCRIBERS.c.last_error,
        )  # fmt: skip
        with self._connections.single() as connection:
            rows = connection.execute(told.order_by(SUBSCRIBERS.c.name))
            return [SubscriberState(**row._mapping) for row in rows]

    def _set(self, name: str, **values: object) -> None:
        with self._connections.write() as connection:
            connection.execute(update(SUBSCRIBERS).where(SUBSCRIBERS.c.name == name).values(**values))
