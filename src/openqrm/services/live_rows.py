"""Objects that have changed as the rows of their lists, many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from openqrm.adapters.database import Transaction
from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import PlanningError
from openqrm.domain.event import Event
from openqrm.domain.kinds import KINDS
from openqrm.domain.list_view import ListView
from openqrm.domain.plan import OPEN_STATES
from openqrm.domain.resource import PHYSICAL, Observation, Resource
from openqrm.domain.user import Role, Token, User
from openqrm.planning.appliance import details
from openqrm.planning.host import host_rows
from openqrm.planning.list_view import view_row
from openqrm.planning.resource import resource_row
from openqrm.planning.user import token_row, user_rows
from openqrm.plugin_host.host import PluginHost
from openqrm.ports.world import World
from openqrm.services.answers import PlanRow, StoreReading, plan_row
from openqrm.services.catalogue import Catalogue, Entry
from openqrm.services.plan_view import view_stored
from openqrm.services.plugin_answers import plugin_row

Ref = tuple[str, str]
Found = Iterator[tuple[str, int, Any]]  # name, version, row
Reader = Callable[[StoreReading, Collection[str]], Found]
ENDED = frozenset({"found so", "done", "skipped", "undone", "kept"})


class Progress(PlanRow):
    """A plan in a list, and how far it has come."""

    steps: int = 0
    steps_done: int = 0
    step: str = ""  # what is at work now


@dataclass(frozen=True, kw_only=True)
class Row:
    """An object as its list has it; `about` are the references under which it may be asked for."""

    kind: str
    name: str
    json: bytes
    about: frozenset[str]
    owner: str = ""  # besides administrators only this user sees it


class LiveRows:
    """Which kinds are told of, to whom, and as what: what the list of the noun tells, for those who may list it."""

    def __init__(self, host: PluginHost, catalogue: Catalogue, world: World) -> None:
        self._host, self._world = host, world
        self._readers: dict[str, Reader] = {
            "appliance": _appliances, "host": _hosts, "plan": _plans, "plugin": self._plugins, "resource": _resources,
            "token": _tokens, "user": _users, "view": _views,
        }  # fmt: skip
        lists = {entry.declared.noun: entry for entry in catalogue if entry.declared.verb == "list"}
        shows = {entry.declared.noun: entry for entry in catalogue if entry.declared.verb == "show"}
        for kind in KINDS.keys() & lists.keys() - self._readers.keys():
            one = get_args(lists[kind].answer_type)
            if KINDS[kind] in one:
                self._readers[kind] = _plain(kind)
            elif kind in shows and shows[kind].answer_type in one:
                self._readers[kind] = _shown(kind, shows[kind])
        self._readers["observation"] = _plain("observation")
        self.roles = {kind: lists[kind].declared.role for kind in self._readers if kind in lists}
        self.roles["observation"] = Role.READ_ONLY

    def read(self, tx: Transaction, changed: Iterable[Ref]) -> list[Row]:
        """The rows that follow from these changes, each once, as they are in this snapshot."""
        reading = self._reading(tx)
        rows: list[Row] = []
        for kind, names in touched(tx, changed).items():
            if kind in self.roles:
                rows += self._of_kind(kind, names, reading)
        return rows

    def of_kind(self, tx: Transaction, kind: str, names: Collection[str]) -> list[Row]:
        """The rows of these alone, whatever else shows something of them."""
        return [*self._of_kind(kind, names, self._reading(tx))]

    def _reading(self, tx: Transaction) -> StoreReading:
        return StoreReading(tx.facts, self._host.drivers(tx.facts), self._world, "", tx)

    def _of_kind(self, kind: str, names: Collection[str], reading: StoreReading) -> Iterator[Row]:
        found = self._readers[kind](reading, names)
        left = dict.fromkeys(names)
        for name, version, row in found:
            del left[name]
            yield Row(
                kind=kind, name=name, json=_encoded(kind, name, version, row), about=_about(kind, name, row),
                owner=_owner(kind, row),
            )  # fmt: skip
        for name in left:
            yield Row(kind=kind, name=name, json=_encoded(kind, name, 0, None), about=_about(kind, name, None))

    def _plugins(self, reading: StoreReading, names: Collection[str]) -> Found:
        for name in names:
            yield name, 0, plugin_row(name, reading, self._host)


def touched(tx: Transaction, changed: Iterable[Ref]) -> dict[str, dict[str, None]]:
    """Kind → names of all rows that show something of what has changed."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for kind, name in changed:
        found[kind][name] = None
        if kind == "observation":
            found["resource"][name] = None
    for event in tx.machines.find_many(Event, found["event"]).values():
        kind, _, name = event.about.partition("/")
        if kind == "resource":  # it was lost, or has returned: only time has changed
            found[kind][name] = None
    for plan, _ in tx.plans.many(found["plan"]):
        kind, _, name = plan.plan.about.partition("/")
        if kind == "appliance":
            found[kind][name] = None
    for resource in tx.machines.find_many(Resource, found["resource"]).values():
        for kind, name in _showing(resource):
            if name:
                found[kind][name] = None
    return {kind: names for kind, names in found.items() if names}


def _showing(resource: Resource) -> tuple[Ref, ...]:
    """The rows that show something of this resource; one without a name is not there."""
    return (
        ("appliance", resource.claimed_by), ("vm", resource.name if resource.type != PHYSICAL else ""),
        ("host", resource.host), ("host", resource.name if resource.carries else ""),
    )  # fmt: skip


def _encoded(kind: str, name: str, version: int, row: Any) -> bytes:
    return msgspec.json.encode({"kind": kind, "name": name, "version": version, "row": row})


def _about(kind: str, name: str, row: Any) -> frozenset[str]:
    own = f"{kind}/{name}"
    match row:
        case Event() | PlanRow():
            return frozenset({own, row.about})
        case Observation():
            return frozenset({own, f"resource/{name}"})
    return frozenset({own})


def _owner(kind: str, row: Any) -> str:
    return row.user if kind == "token" or (kind == "view" and not row.shared) else ""


def _plain(kind: str) -> Reader:
    def read(reading: StoreReading, names: Collection[str]) -> Found:
        for name, record in reading.tx.machines.find_many(KINDS[kind], names).items():
            yield name, record.version, record

    return read


def _shown(kind: str, entry: Entry) -> Reader:
    """Where the list has what `show` shows, of one at a time."""

    def read(reading: StoreReading, names: Collection[str]) -> Found:
        for name, record in reading.tx.machines.find_many(KINDS[kind], names).items():
            with suppress(PlanningError):  # a part of it is not there any more: it will go, too
                yield name, record.version, entry.run(entry.declared(name=name), reading)

    return read


def _resources(reading: StoreReading, names: Collection[str]) -> Found:
    now_s, machines = reading.world.now_s(), reading.tx.machines
    seen = machines.find_many(Observation, names)
    for name, resource in machines.find_many(Resource, names).items():
        yield name, resource.version, resource_row(resource, seen.get(name), now_s)


def _appliances(reading: StoreReading, names: Collection[str]) -> Found:
    for name, appliance in reading.tx.machines.find_many(Appliance, names).items():
        plans = reading.tx.plans.page(states=tuple(OPEN_STATES), about=appliance.ref, limit=1)
        yield name, appliance.version, details(appliance, reading, {plan.plan.about: plan for plan in plans})


def _plans(reading: StoreReading, names: Collection[str]) -> Found:
    for stored, journal in reading.tx.plans.many(names):
        view = view_stored(stored, journal)
        at_work = [step.what for step in view.steps if step.state in ("at work", "taking back")]
        yield stored.id, len(journal), Progress(
            **msgspec.structs.asdict(plan_row(stored)), steps=len(view.steps),
            steps_done=sum(step.state in ENDED for step in view.steps), step=at_work[0] if at_work else "",
        )  # fmt: skip


def _hosts(reading: StoreReading, names: Collection[str]) -> Found:
    hosts = {name: each for name, each in reading.tx.machines.find_many(Resource, names).items() if each.carries}
    for row in host_rows([*hosts.values()], reading.tx.skims, reading):
        yield row.name, hosts[row.name].version, row


def _users(reading: StoreReading, names: Collection[str]) -> Found:
    users = reading.tx.machines.find_many(User, names)
    for row in user_rows(users.values(), reading):
        yield row.name, users[row.name].version, row


def _tokens(reading: StoreReading, names: Collection[str]) -> Found:
    for name, token in reading.tx.machines.find_many(Token, names).items():
        yield name, token.version, token_row(token)


def _views(reading: StoreReading, names: Collection[str]) -> Found:
    for name, view in reading.tx.machines.find_many(ListView, names).items():
        yield name, view.version, view_row(view)
