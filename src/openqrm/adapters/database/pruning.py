"""What is over and old goes, a few rows at a time, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import BindParameter, Connection, Delete, Select, bindparam, delete, exists, func, select

from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.tables import EVENTS, PLANS, SUBSCRIBERS, TIDINGS, WISH_KEYS
from openqrm.domain.event import Severity
from openqrm.domain.plan import OPEN_STATES, PlanState

AT_ONCE = 500
_THESE: BindParameter[int] = bindparam("these", expanding=True)
_AFTER: BindParameter[int] = bindparam("after")
_BEFORE: BindParameter[float] = bindparam("before_s")

_OVER = PLANS.c.state.in_([state for state in PlanState if state not in OPEN_STATES]) & (PLANS.c.finished_s < _BEFORE)
# Nobody is behind them any more. Where there is no subscriber nobody ever will be.
_TOLD = TIDINGS.c.id <= func.coalesce(select(func.min(SUBSCRIBERS.c.position)).scalar_subquery(), TIDINGS.c.id)
_SEEN_TO = (EVENTS.c.acknowledged_by != "") | EVENTS.c.severity.in_([Severity.NOTICE, Severity.INFO])
_STILL_TOLD = exists().where(TIDINGS.c.event == EVENTS.c.id)

# In this order: tidings hold events. A plan's journal, locks and key go with it. The condition stands in the delete
# too, for a plan may be asked to be undone at this very moment.
PASSES: tuple[tuple[Select[tuple[int]], Delete], ...] = tuple(
    (
        select(column).where(condition, column > _AFTER).order_by(column).limit(AT_ONCE),
        delete(column.table).where(column.in_(_THESE), condition),
    )
    for column, condition in (
        (PLANS.c.id, _OVER),
        (TIDINGS.c.id, _TOLD & (TIDINGS.c.at_s < _BEFORE)),
        (EVENTS.c.id, _SEEN_TO & (EVENTS.c.seen_at_s < _BEFORE) & ~_STILL_TOLD),
    )
)
KEYS = delete(WISH_KEYS).where(WISH_KEYS.c.at_s < _BEFORE)


class Pruning:
    """Each batch is a transaction of its own; `breathe` is called between them, and ends it when it says so."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def prune(self, before_s: float, keys_before_s: float, breathe: Callable[[], bool]) -> int:
        """How many plans, tidings and events are gone: what came to its end before this time, and nobody needs."""
        with self._connections.write() as connection:
            connection.execute(KEYS, {"before_s": keys_before_s})
        gone = 0
        for finding, removing in PASSES:
            after = 0
            while after >= 0 and not breathe():
                with self._connections.write() as connection:
                    after, count = _batch(connection, finding, removing, after, before_s)
                gone += count
        return gone


def _batch(
    connection: Connection, finding: Select[tuple[int]], removing: Delete, after: int, before_s: float
) -> tuple[int, int]:
    """The last number that was looked at, -1 at the end; and how many are gone."""
    numbers: list[int] = list(connection.scalars(finding, {"after": after, "before_s": before_s}))
    if not numbers:
        return -1, 0
    count = connection.execute(removing, {"these": numbers, "before_s": before_s}).rowcount
    return numbers[-1] if len(numbers) == AT_ONCE else -1, count
