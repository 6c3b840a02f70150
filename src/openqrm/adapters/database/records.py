"""Records in tables."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from openqrm.adapters.database.bookings import booked
from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.rows import form
from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.event import Event
from openqrm.domain.kinds import KINDS
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation
from openqrm.domain.vm import Booking

R = TypeVar("R", bound=Record)
NEVER_STALE = (Observation, Event)  # seen, not wished: they change all the time
AGAIN_HINT = "Somebody else has changed it meanwhile: look at it again, then repeat your change."


@contextmanager
def refused_when_taken(record: Record) -> Iterator[None]:
    """What must be unique is so: StepError `conflict`."""
    try:
        yield
    except IntegrityError as error:
        message = f"{record.ref} cannot be stored: its name or address is taken"
        raise StepError(Category.CONFLICT, message, "Choose another, or change the one that has it.") from error


class TransactionRecords:
    """ports.records.Records in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, kind: type[R], name: str) -> R | None:
        """The record, or None."""
        this = form(kind)
        row = self._connection.execute(this.by_name, {"key": this.key_of(name)}).first()
        return None if row is None else this.record(row)

    def get(self, kind: type[R], name: str) -> R:
        """The record. Raises PlanningError `not_found` with the names that come near."""
        found = self.find(kind, name)
        if found is None:
            raise PlanningError(Category.NOT_FOUND, f"there is no {kind.kind} {name[:80]!r}", self._near(kind, name))
        return found

    def list(self, kind: type[R], **equal: object) -> builtins.list[R]:
        """All records whose fields equal these, by name."""
        this = form(kind)
        return [this.record(row) for row in self._connection.execute(this.equal(*equal), equal)]

    def bookings(self, type_: str, most: int = 0) -> builtins.list[Booking]:
        """What VMs of this type have booked on their hosts, the host with most memory left first; 0: all hosts."""
        return booked(self._connection, type_, most)

    def put(self, record: R) -> R:
        """Insert (version 0) or update. Raises StepError `conflict`."""
        this = form(type(record))
        if record.version:
            return self._update(record, this.values(record))
        with refused_when_taken(record):
            key = self._connection.execute(this.adding, this.values(record) | {"version": 1}).inserted_primary_key
        return replace(record, id=key[0] if key else 0, version=1)

    def change(self, record: R, fields: Mapping[str, object]) -> R:
        """Set these fields and no others. Raises StepError `conflict`."""
        given: dict[str, Any] = {**fields}
        wanted = replace(record, **given)
        values = form(type(record)).values(wanted)
        return self._update(wanted, {name: values[name] for name in fields})

    def _update(self, record: R, values: dict[str, Any]) -> R:
        at = {"at_id": record.id, "at_version": record.version, "version": record.version + 1}
        with refused_when_taken(record):
            changed = self._connection.execute(form(type(record)).changing, values | at)
        if changed.rowcount == 0:
            raise StepError(Category.CONFLICT, f"{record.ref} is no longer at version {record.version}", AGAIN_HINT)
        return replace(record, version=record.version + 1)

    def remove(self, kind: type[Record], name: str) -> None:
        """Nothing happens when it is gone already."""
        this = form(kind)
        self._connection.execute(this.table.delete().where(this.key == this.key_of(name)))

    def _near(self, kind: type[Record], name: str) -> str:
        names = [str(key) for key in self._connection.scalars(select(form(kind).key).limit(10_000))]
        near = get_close_matches(name[:80], names, 3, 0.5)
        return f"Did you mean {' or '.join(near)}?" if near else f"List what there is: openqrm {kind.kind} list"


class Snapshot(TransactionRecords):
    """The same, read once, remembering the version of all that was read; not of observations and events."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._read: dict[str, int] = {}
        self._found: dict[tuple[type[Record], str], Any] = {}

    def find(self, kind: type[R], name: str) -> R | None:
        """The record, or None, which is remembered too."""
        if (kind, name) in self._found:
            again: R | None = self._found[kind, name]
            return again
        found = self._found[kind, name] = super().find(kind, name)
        if kind not in NEVER_STALE:
            self._read[f"{kind.kind}/{name}"] = found.version if found else 0
        return found

    def list(self, kind: type[R], **equal: object) -> builtins.list[R]:
        """All records whose fields equal these, by name."""
        found = super().list(kind, **equal)
        if kind not in NEVER_STALE:
            self._read.update((record.ref, record.version) for record in found)
        return found

    @property
    def made_from(self) -> tuple[tuple[str, int], ...]:
        """For `Plan.made_from`: references with their versions, 0 for what did not exist."""
        return tuple(sorted(self._read.items()))

    def changed(self, made_from: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
        """The references whose version is no longer this one: the plan is stale."""
        now = {}
        for ref, _ in made_from:
            kind, _, name = ref.partition("/")
            found = super().find(KINDS[kind], name)
            now[ref] = found.version if found else 0
        return tuple(ref for ref, version in made_from if now[ref] != version)


class DatabaseRecords:
    """ports.records.Records; every call is a transaction of its own."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def find(self, kind: type[R], name: str) -> R | None:
        """The record, or None."""
        with self._connections.single() as connection:
            return TransactionRecords(connection).find(kind, name)

    def get(self, kind: type[R], name: str) -> R:
        """The record. Raises PlanningError `not_found` with the names that come near."""
        with self._connections.single() as connection:
            return TransactionRecords(connection).get(kind, name)

    def bookings(self, type_: str, most: int = 0) -> builtins.list[Booking]:
        """What VMs of this type have booked on their hosts."""
        with self._connections.single() as connection:
            return booked(connection, type_, most)

    def list(self, kind: type[R], **equal: object) -> builtins.list[R]:
        """All records whose fields equal these, by name."""
        with self._connections.single() as connection:
            return TransactionRecords(connection).list(kind, **equal)

    def put(self, record: R) -> R:
        """Insert (version 0) or update. Raises StepError `conflict`."""
        with self._connections.write() as connection:
            return TransactionRecords(connection).put(record)

    def change(self, record: R, fields: Mapping[str, object]) -> R:
        """Set these fields and no others. Raises StepError `conflict`."""
        with self._connections.write() as connection:
            return TransactionRecords(connection).change(record, fields)

    def remove(self, kind: type[Record], name: str) -> None:
        """Nothing happens when it is gone already."""
        with self._connections.write() as connection:
            TransactionRecords(connection).remove(kind, name)
