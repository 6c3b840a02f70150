"""The site at a glance, and the search."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from openqrm.adapters.database.search import FIELDS
from openqrm.domain.event import Event, Severity
from openqrm.domain.plan import PlanState
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.user import Role, User
from openqrm.planning.site import SearchSite, ShowSummary
from openqrm.plugin_api.intents import Query
from openqrm.services.answers import PlanRow, StoreReading, plan_row

LATEST = 20
KEPT_S = 2.0
ADMINISTRATORS = frozenset({"user"})  # kinds that only they may list


class Pool(msgspec.Struct):
    """Machines that wait for work."""

    count: int
    cpus: int
    memory_mib: int


class Load(msgspec.Struct):
    """Means and sums over the machines that report."""

    reporting: int
    load_1: float
    cpu_percent: float
    memory_used_mib: float
    memory_total_mib: float


class HostLoad(msgspec.Struct):
    """A host of VMs; null: it does not report."""

    name: str
    cpu_count: int
    memory_mib: int
    vms: int
    given_mib: int
    load_1: float | None
    cpu_percent: float | None
    memory_used_mib: float | None


class StorageSpace(msgspec.Struct):
    """A storage and what its volumes are to hold."""

    name: str
    type: str
    resource: str
    volumes: int
    size_mib: int


class Summary(msgspec.Struct, kw_only=True):
    """Everything at a glance."""

    at_s: float
    resources: dict[str, dict[str, int]]  # type → condition → how many
    idle: Pool
    load: Load
    hosts: list[HostLoad]
    storages: list[StorageSpace]
    appliances: dict[str, int]  # by what is wanted
    plans: dict[str, int]  # by state; those that have ended are not counted
    events: dict[str, int]  # by severity; acknowledged ones are not counted
    running: list[PlanRow]
    stuck: list[PlanRow]
    attention: list[Event]


class Found(msgspec.Struct):
    """An object, and where the text was found in it."""

    kind: str
    name: str
    field: str
    text: str


class Kept:
    """The last summary, for as many consoles as ask within two seconds: they all see the same."""

    def __init__(self, for_s: float = KEPT_S) -> None:
        self._for_s, self._lock = for_s, threading.Lock()
        self._last: Summary | None = None

    def get(self, now_s: float, make: Callable[[], Summary]) -> Summary:
        """Made anew when the last one is too old; who asks meanwhile waits for it."""
        with self._lock:
            if self._last is None or not 0 <= now_s - self._last.at_s < self._for_s:
                self._last = make()
            return self._last


def answer_summary(_query: ShowSummary, reading: StoreReading, kept: Kept) -> Summary:
    return kept.get(reading.world.now_s(), lambda: _summary(reading))


def _summary(reading: StoreReading) -> Summary:
    now_s, overview, plans = reading.world.now_s(), reading.tx.overview, reading.tx.plans
    resources, idle = _counted(overview.resources(now_s), now_s)
    load = overview.load(now_s)
    running, stuck = (plans.page(states=(state,), limit=LATEST) for state in (PlanState.RUNNING, PlanState.STUCK))
    return Summary(
        at_s=now_s, resources=resources, idle=idle, load=Load(*(figure or 0 for figure in load)),
        hosts=[HostLoad(*row) for row in overview.hosts()],
        storages=[StorageSpace(*row) for row in overview.storages()],
        appliances=overview.appliances(), plans=overview.open_plans(), events=overview.open_events(),
        running=[plan_row(plan) for plan in running], stuck=[plan_row(plan) for plan in stuck],
        attention=_attention(reading, {plan.id for plan in stuck}),
    )  # fmt: skip


def _counted(alike: Sequence[Any], now_s: float) -> tuple[dict[str, dict[str, int]], Pool]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    idle = Pool(0, 0, 0)
    for row in alike:
        now = _condition(row, now_s)
        counts[row.type][now.value] += row.many
        if now is Condition.IDLE and not row.is_taken:
            idle = Pool(idle.count + row.many, idle.cpus + int(row.cpus), idle.memory_mib + int(row.memory_mib))
    return {type_: dict(each) for type_, each in counts.items()}, idle


def _condition(row: Any, now_s: float) -> Condition:
    """Of any resource of these: they are alike in all that it follows from."""
    resource = Resource(name="any", managed=row.managed)
    if row.power is None:
        return condition(resource, None, now_s)
    seen_s = now_s - 2 * resource.timeout_s if row.is_silent else now_s
    profile = "any" if row.has_profile else ""
    seen = Observation(name="any", power=row.power, milestone=row.milestone, profile=profile, last_seen_s=seen_s)
    return condition(resource, seen, now_s)


def _attention(reading: StoreReading, stuck: Collection[str]) -> list[Event]:
    """What nobody has seen to yet; a plan that is still stuck is shown itself."""
    found = [
        event
        for severity in (Severity.ERROR, Severity.WARNING)
        for event in reading.tx.events.page(severity=severity, open_only=True, limit=LATEST)
        if event.topic != "plan.stuck" or event.plan not in stuck
    ]
    return sorted(found, key=lambda event: event.seen_at_s, reverse=True)[:LATEST]


def answer_search(query: SearchSite, reading: StoreReading) -> list[Found]:
    user = reading.facts.find(User, reading.user)
    hidden = frozenset() if user and user.role == Role.ADMINISTRATOR.name else ADMINISTRATORS
    kinds = {*FIELDS, "plan"} - hidden
    if query.kinds:
        kinds &= {*query.kinds.split(",")}
    found = reading.tx.search.find(query.q.strip(), sorted(kinds), query.limit)
    return [Found(hit.kind, hit.name, hit.field, hit.text) for hit in found]


ANSWERS = {SearchSite: answer_search}
# These are also given what they have answered last.
KEEPING: dict[type[Query], Callable[..., Any]] = {ShowSummary: answer_summary}
