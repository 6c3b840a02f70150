"""What the boot door writes, many machines in one transaction: boots, hardware, observations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Insert, Row, Select, Update, bindparam, case, select, update
from sqlalchemy.exc import IntegrityError

from openqrm.adapters.database.dialect import insert
from openqrm.adapters.database.events import Events
from openqrm.adapters.database.rows import form
from openqrm.adapters.database.silence import find_lost, find_silent
from openqrm.adapters.database.strangers import HOW_MANY_NEWCOMERS, THESE_STRANGERS, forget_strangers
from openqrm.adapters.database.tables import BOOTS
from openqrm.domain.boot import Boot
from openqrm.domain.errors import Category, StepError
from openqrm.domain.event import Event
from openqrm.domain.kinds import KINDS
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource

R = TypeVar("R", bound=Record)
RESOURCES, OBSERVATIONS = form(Resource), form(Observation)
UNSEEN = OBSERVATIONS.values(Observation(name="-"))
BOOT_FIELDS = [f.name for f in fields(Boot)]
AT_ONCE = 500  # names in one question

# Built once: building a statement costs more than carrying it out.
WANTED: BindParameter[Any] = bindparam("wanted", expanding=True)
BY_NAME = {kind: form(kind).columns.where(form(kind).key.in_(WANTED)) for kind in KINDS.values()}
FILLED = RESOURCES.table.c.mac != ""  # else SQLite does not use the index
BY_MAC = RESOURCES.columns.where(FILLED, RESOURCES.table.c.mac.in_(WANTED))
BOOTS_BY_RESOURCE = select(*(BOOTS.c[name] for name in BOOT_FIELDS)).where(BOOTS.c.resource.in_(WANTED))


class Machines:
    """ports.boot.Machines, in the caller's transaction. `Database.machines()` is ports.boot.BootStore's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find_many(self, kind: type[R], names: Collection[str]) -> dict[str, R]:
        """Those of these names that exist, by name."""
        this = form(kind)
        records = (this.record(row) for row in self._rows(BY_NAME[kind], names))
        return {record.name: record for record in records}

    def find_by_mac(self, macs: Collection[str]) -> dict[str, Resource]:
        """Those resources that have one of these MACs, in the form of parse_mac, by MAC."""
        return {resource.mac: resource for resource in map(RESOURCES.record, self._rows(BY_MAC, macs))}

    def find_boots(self, resources: Collection[str]) -> dict[str, Boot]:
        """The boots these resources are in, by resource."""
        rows = self._rows(BOOTS_BY_RESOURCE, resources)
        return {row.resource: Boot(**row._mapping) for row in rows}

    def add_resources(self, resources: Sequence[Resource]) -> None:
        """Discovered: insert them. Raises StepError `conflict` when somebody else has just added one of them."""
        if not resources:
            return
        rows = [RESOURCES.values(resource) | {"version": 1} for resource in resources]
        try:
            self._connection.execute(RESOURCES.table.insert(), rows)
        except IntegrityError as error:
            raise StepError(Category.CONFLICT, "one of these machines has just been added", "Ask again.") from error

    def forget_strangers(self, most: int) -> Sequence[str]:
        """Of the machines that never registered and that nobody means, all but the newest; their names."""
        return forget_strangers(self._connection, most)

    def find_strangers(self, names: Collection[str]) -> set[str]:
        """Those of these that never registered and that nobody means."""
        return {row.name for row in self._rows(THESE_STRANGERS, names)}

    def count_newcomers(self) -> int:
        """How many machines registered by themselves, and were touched by nobody since."""
        return self._connection.scalar(HOW_MANY_NEWCOMERS) or 0

    def find_silent(self, before_s: float) -> list[str]:
        """All that are taken for connected, and have not been heard since BEFORE_S."""
        return find_silent(self._connection, before_s)

    def find_lost(self, now_s: float) -> frozenset[str]:
        """All whose condition is lost."""
        return find_lost(self._connection, now_s)

    def put_hardware(self, batch: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """`(resource, fields of Resource)`; only these fields change."""
        for names, rows in alike(batch).items():
            values = [{"resource": row["name"]} | {f"new_{name}": row[name] for name in names} for row in rows]
            self._connection.execute(changing_hardware(names), values)

    def put_boots(self, boots: Sequence[Boot]) -> None:
        """Each takes the place of its resource's older one."""
        if not boots:
            return
        values = [{name: getattr(boot, name) for name in BOOT_FIELDS} for boot in boots]
        self._connection.execute(taking_over(self._connection.dialect.name), values)

    def put_observations(self, batch: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """`(resource, fields of Observation)`; only these fields change, so that two observers do not overwrite."""
        for names, rows in alike(batch).items():
            statement = observing(self._connection.dialect.name, names)
            self._connection.execute(statement, [{**UNSEEN, **row, "version": 1} for row in rows])

    def emit(self, events: Sequence[Event]) -> None:
        """Store them, with name "" and version 0; one that repeats an unacknowledged one is counted with it."""
        Events(self._connection).emit(events)

    def _rows(self, question: Select[Any], values: Collection[str]) -> Iterator[Row[Any]]:
        wanted = [*values]
        for start in range(0, len(wanted), AT_ONCE):
            yield from self._connection.execute(question, {"wanted": wanted[start : start + AT_ONCE]})


@lru_cache(maxsize=256)
def changing_hardware(names: tuple[str, ...]) -> Update:
    """These fields of a resource; what a VM was given stays, for that is booked on its host."""
    columns = RESOURCES.table.c
    setting: dict[str, Any] = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in names}
    for name in GIVEN & setting.keys():
        setting[name] = case((columns.host == "", setting[name]), else_=columns[name])
    return update(RESOURCES.table).where(RESOURCES.table.c.name == bindparam("resource")).values(setting)


@lru_cache(maxsize=256)
def observing(dialect: str, names: tuple[str, ...]) -> Insert:
    """These fields of an observation, there already or not."""
    adding = insert(dialect, OBSERVATIONS.table)
    changed = {name: adding.excluded[name] for name in (*names, "version")}
    return adding.on_conflict_do_update(index_elements=["name"], set_=changed)


@lru_cache(maxsize=2)
def taking_over(dialect: str) -> Insert:
    """A boot in the place of its resource's older one."""
    adding = insert(dialect, BOOTS)
    taken_over = {name: adding.excluded[name] for name in BOOT_FIELDS if name != "resource"}
    return adding.on_conflict_do_update(index_elements=["resource"], set_=taken_over)


GIVEN = frozenset({"cpu_count", "memory_mib"})  # to a VM


def alike(batch: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Rows by the fields they set, for each set of fields is one statement; a field said twice counts as said last."""
    merged: dict[str, dict[str, Any]] = {}
    for name, said in batch:
        merged.setdefault(name, {}).update(said)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for name, said in merged.items():
        groups[tuple(sorted(said))].append({**said, "name": name})
    return groups
