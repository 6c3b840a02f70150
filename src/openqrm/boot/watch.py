"""Notices machines that have fallen silent, and their return."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from openqrm.boot.events import event
from openqrm.boot.writer import GroupWriter, Taken
from openqrm.domain.event import Event, Severity
from openqrm.domain.resource import Observation
from openqrm.ports.boot import Machines
from openqrm.ports.records import Records

Standing = Callable[[str, Sequence[str]], Collection[str]]  # what an event was told of, and none of its ends since

EVERY_S = 10.0
LOST, RETURNED = "resource.lost", "resource.returned"
SILENT_S = 30.0  # three reports are missing: now it is worth a look at what was agreed for this resource


class LostWatch:
    """It looks into memory; the database is asked only when a machine is silent, or was lost.

    `standing` gives what an event was told of, and none of its ends since: a restart repeats nothing.
    """

    def __init__(self, records: Records, writer: GroupWriter, standing: Standing) -> None:
        self._records, self._writer, self._standing = records, writer, standing
        self._heard: dict[str, float] = {}
        self._lost: set[str] = set()

    def recall(self) -> None:
        """What was seen before this process."""
        for seen in self._records.list(Observation):
            self._heard.setdefault(seen.name, seen.last_seen_s)
        told = self._standing(LOST, (RETURNED, "resource.removed", "resource.forgotten"))
        self._lost = {ref.partition("/")[2] for ref in told}

    def heard(self, resource: str, at_s: float) -> None:
        """Called for every report, by the uplink's thread."""
        self._heard[resource] = at_s

    def look(self, now_s: float) -> None:
        """One pass."""
        if not self._lost and all(now_s - at_s <= SILENT_S for at_s in list(self._heard.values())):
            return
        lost = self._writer.submit(find_lost, now_s).result(60)
        new, back = lost - self._lost, self._lost - lost
        self._lost = set(lost)
        events = [*(_lost(name) for name in sorted(new)), *(_returned(name) for name in sorted(back))]
        if events:
            self._writer.submit(tell, tuple(events)).result(60)


def find_lost(machines: Machines, asks: Sequence[float]) -> Taken[frozenset[str]]:
    """Those that count as lost at each time. The silent are not connected, whatever was written before a crash."""
    answers = []
    for now_s in asks:
        machines.put_observations([(name, {"connected": False}) for name in machines.find_silent(now_s - SILENT_S)])
        answers.append(machines.find_lost(now_s))
    return Taken(answers)


def tell(machines: Machines, asks: Sequence[tuple[Event, ...]]) -> Taken[None]:
    """Store events."""
    machines.emit([event for events in asks for event in events])
    return Taken([None] * len(asks))


def _lost(name: str) -> Event:
    text = f"Nothing has been heard of {name} for longer than its time limit"
    return event(LOST, name, Severity.ERROR, text)


def _returned(name: str) -> Event:
    return event(RETURNED, name, Severity.NOTICE, f"{name} is no longer lost")
