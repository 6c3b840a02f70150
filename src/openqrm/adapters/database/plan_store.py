"""The plan store that runners use: every call is a transaction of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.plans import Plans
from openqrm.domain.event import Event
from openqrm.domain.journal import Entry
from openqrm.domain.plan import PlanState, StoredPlan
from openqrm.plugin_api.codec import ActionCodec
from openqrm.ports.plans import Fenced


class DatabasePlans:
    """ports.plans.PlanStore."""

    def __init__(self, connections: Connections, codec: ActionCodec) -> None:
        self._connections, self._codec = connections, codec

    def load(self, plan: str) -> StoredPlan:
        """Raises PlanningError `not_found`."""
        with self._connections.single() as connection:
            return Plans(connection, self._codec).load(plan)

    def journal(self, plan: str) -> tuple[Entry, ...]:
        """All facts, in order."""
        with self._connections.single() as connection:
            return Plans(connection, self._codec).journal(plan)

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        """Write facts. Raises Fenced when the first sequence number is taken."""
        try:
            with self._connections.write() as connection:
                Plans(connection, self._codec).append(plan, entries)
        except IntegrityError as error:
            raise Fenced(f"the journal of plan {plan} has been written by another") from error

    def flush(self) -> None:
        """What was appended so far outlives a power cut, too, when this returns."""
        self._connections.flush()

    def park(self, plan: str, *, seen: int, due_s: float, note: str) -> None:
        """The plan waits. Raises Fenced when there are more facts than were seen."""
        with self._connections.write() as connection:
            Plans(connection, self._codec).park(plan, seen=seen, due_s=due_s, note=note)

    def settle(self, plan: str, state: PlanState, note: str, events: Sequence[Event], *, seen: int) -> None:
        """Raises Fenced when another runner has settled it, or there are more facts than were seen."""
        with self._connections.write() as connection:
            Plans(connection, self._codec).settle(plan, state, note, events, seen=seen, now_s=time.time())

    def unfinished(self) -> list[tuple[str, float]]:
        """Running plans and when each is due (epoch)."""
        with self._connections.single() as connection:
            return Plans(connection, self._codec).unfinished()
