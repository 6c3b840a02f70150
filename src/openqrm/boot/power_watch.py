"""Notices which machines are on and off: the controllers of those that do not speak for themselves are asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from openqrm.boot.events import event
from openqrm.boot.watch import RETURNED, Standing, tell
from openqrm.boot.writer import GroupWriter, Taken
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.event import Event, Severity
from openqrm.domain.resource import Observation, Resource
from openqrm.ports.boot import Machines
from openqrm.ports.records import Records

log = structlog.get_logger()
EVERY_S = 10.0  # those that somebody waits for
SELDOM_S = 60.0  # all others
RAREST_S = 600.0  # a controller that does not answer is asked half as often each time
VANISHED = "resource.vanished"
AT_ONCE = 4  # a silent one takes its whole time limit


@dataclass(frozen=True)
class Power:
    """What a controller said. `boot_id` is the boot that the machine was in when it was asked."""

    resource: str
    power: str
    boot_id: str
    asked_s: float


class PowerWatch:
    """All controllers. `ask` answers on, off or unknown; it may block for as long as its tool does.

    `doubtful` gives the names of all that have a controller and do not say themselves that they are on, with whether
    they speak: thousands are not read whole at every pass. `standing` gives what an event was told of, and none of its
    ends since: a restart repeats nothing. Nobody is asked any more when ENDING is set.
    """

    def __init__(
        self, records: Records, doubtful: Callable[[], dict[str, bool]], writer: GroupWriter,
        ask: Callable[[Resource], str], standing: Standing, ending: threading.Event,
    ) -> None:  # fmt: skip
        self._records, self._doubtful, self._writer, self._ask = records, doubtful, writer, ask
        self._standing, self._ending = standing, ending
        self._due_s: dict[str, float] = {}
        self._pause_s: dict[str, float] = {}
        self._missed: set[str] = set()  # their hosts did not know them when they were asked last
        self._knows = False  # what was told before
        self._vanished: set[str] = set()  # of these it was told

    def look(self, now_s: float) -> None:
        """One pass. What speaks for itself is on; when it falls silent it is asked at once."""
        if not self._knows:
            refs = self._standing(VANISHED, (RETURNED, "resource.created", "resource.removed"))
            self._vanished, self._knows = {ref.partition("/")[2] for ref in refs}, True
        doubtful = self._doubtful()
        self._due_s = {name: at_s for name, at_s in self._due_s.items() if doubtful.get(name) is False}
        due = [name for name in doubtful if now_s >= self._due_s.get(name, 0.0)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = [each for each in pool.map(lambda name: self._told(name, now_s), due) if each]
        if told:
            self._writer.submit(note_power, tuple(told)).result(60)

    def forget(self) -> None:
        """Another process looks, and tells meanwhile."""
        self._knows = False

    def _told(self, name: str, now_s: float) -> Power | None:
        resource = None if self._ending.is_set() else self._records.find(Resource, name)
        if resource is None:
            return None
        seen = self._records.find(Observation, name)
        asked_s = time.time()
        try:
            power = "on" if seen and seen.connected else self._ask(resource)
            self._found(resource)
        except OpenqrmError as error:
            log.info("power is not known", resource=resource.name, why=error.message)
            if error.category is Category.NOT_FOUND:
                return self._missing(resource, seen, error, now_s)
            power = "unknown"
        self._plan_next(resource, power, now_s)
        return Power(resource.name, power, seen.boot_id if seen else "", asked_s) if power in ("on", "off") else None

    def _missing(self, resource: Resource, seen: Observation | None, error: OpenqrmError, now_s: float) -> Power | None:
        """Its host does not know it. Told at the second look: at the first a plan may be about to bring it there."""
        if resource.name not in self._missed:
            self._missed.add(resource.name)
            self._due_s[resource.name] = now_s + EVERY_S
            return None
        if resource.name not in self._vanished:
            text = f"{resource.name} has vanished from {resource.host}: {error.message}. {error.hint}"
            self._say(event(VANISHED, resource.name, Severity.ERROR, text))
            self._vanished.add(resource.name)
        self._plan_next(resource, "unknown", now_s)
        return Power(resource.name, "unknown", seen.boot_id if seen else "", time.time())

    def _found(self, resource: Resource) -> None:
        self._missed.discard(resource.name)
        if resource.name in self._vanished:
            self._say(event(RETURNED, resource.name, Severity.NOTICE, f"{resource.host} has {resource.name} again"))
            self._vanished.discard(resource.name)

    def _say(self, *events: Event) -> None:
        self._writer.submit(tell, events).result(60)

    def _plan_next(self, resource: Resource, power: str, now_s: float) -> None:
        usual_s = EVERY_S if resource.claimed_by else SELDOM_S
        if power == "unknown":
            usual_s = min(2 * self._pause_s.get(resource.name, usual_s), RAREST_S)
        self._pause_s[resource.name] = usual_s
        self._due_s[resource.name] = now_s + usual_s


def note_power(machines: Machines, asks: Sequence[tuple[Power, ...]]) -> Taken[None]:
    """Write down what is news. What a machine itself said since it was asked about counts for more."""
    told = {each.resource: each for powers in asks for each in powers}
    seen = machines.find_many(Observation, list(told))
    news = [each for name, each in told.items() if _is_news(each, seen.get(name))]
    machines.put_observations([(each.resource, {"power": each.power}) for each in news])
    return Taken([None] * len(asks), frozenset(each.resource for each in news))


def _is_news(told: Power, seen: Observation | None) -> bool:
    if seen is None:
        return True
    spoke = seen.boot_id != told.boot_id or seen.last_seen_s > told.asked_s
    return seen.power != told.power and not (spoke and told.power == "off")
