"""Actions that change records. All of them take back exactly what they changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.kinds import KINDS
from openqrm.domain.plan import Action, Differs, Satisfied, Seen
from openqrm.domain.record import Record
from openqrm.plugin_api.codec import record_fields, record_from
from openqrm.ports.world import World

CHANGED_HINT = "Somebody has changed it since this was planned: undo this plan and ask again."


@dataclass(frozen=True)
class PutRecord:
    """The record has these fields. `before` is what it had when this was planned, None when there was none.

    Of a record that exists only the fields that differ from `before` are looked at and written: the others may be
    written meanwhile, as the boot door does with a machine's address.
    """

    name: ClassVar[str] = "openqrm.put-record"
    inside: ClassVar[bool] = True
    kind: str
    record: str
    fields: dict[str, Any]
    before: dict[str, Any] | None
    say: str

    def describe(self) -> str:
        return self.say

    def touches(self) -> tuple[str, ...]:
        return (f"{self.kind}/{self.record}",)

    def inverse(self) -> Action:
        if self.before is None:
            return RemoveRecord(self.kind, self.record, self.fields, f"Remove {self.kind} {self.record} again")
        return PutRecord(
            self.kind, self.record, self.before, self.fields, f"Set {self.kind} {self.record} back to what it was"
        )

    def observe(self, world: World) -> Seen:
        found = world.records.find(KINDS[self.kind], self.record)
        now = self._part(record_fields(found)) if found else None
        if now == self._part(self.fields):
            return Satisfied(f"{self.kind} {self.record} is so")
        if now != (None if self.before is None else self._part(self.before)):
            raise StepError(Category.CONFLICT, f"{self.kind} {self.record} is no longer as planned", CHANGED_HINT)
        return Differs(f"{self.kind} {self.record} " + ("has other fields" if found else "does not exist"))

    def ensure(self, world: World) -> None:
        kind = KINDS[self.kind]
        found = world.records.find(kind, self.record)
        wanted = record_from(kind, self.fields, like=found)
        if found is None:
            world.records.put(wanted)
        else:
            world.records.change(found, {name: getattr(wanted, name) for name in self._part(self.fields)})

    def _part(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Of these the ones that this changes."""
        before = self.before or {}
        changed = (name for name, value in self.fields.items() if name not in before or value != before[name])
        return {name: fields.get(name) for name in changed}


@dataclass(frozen=True)
class RemoveRecord:
    """There is no such record; `fields` is what it was, so that it can come back."""

    name: ClassVar[str] = "openqrm.remove-record"
    inside: ClassVar[bool] = True
    kind: str
    record: str
    fields: dict[str, Any]
    say: str

    def describe(self) -> str:
        return self.say

    def touches(self) -> tuple[str, ...]:
        return (f"{self.kind}/{self.record}",)

    def inverse(self) -> Action:
        return PutRecord(self.kind, self.record, self.fields, None, f"Add {self.kind} {self.record} again")

    def observe(self, world: World) -> Seen:
        if world.records.find(KINDS[self.kind], self.record) is None:
            return Satisfied(f"there is no {self.kind} {self.record}")
        return Differs(f"{self.kind} {self.record} exists")

    def ensure(self, world: World) -> None:
        world.records.remove(KINDS[self.kind], self.record)


@dataclass(frozen=True)
class SetField:
    """One field goes from `before` to `value`; anything else found there is a conflict. Claims and grants are this."""

    name: ClassVar[str] = "openqrm.set-field"
    inside: ClassVar[bool] = True
    kind: str
    record: str
    field: str
    value: str | int | float | bool
    before: str | int | float | bool
    say: str

    def describe(self) -> str:
        return self.say

    def touches(self) -> tuple[str, ...]:
        return (f"{self.kind}/{self.record}",)

    def inverse(self) -> Action:
        say = f"Set {self.field} of {self.kind} {self.record} back to {self.before!r}"
        return SetField(self.kind, self.record, self.field, self.before, self.value, say)

    def observe(self, world: World) -> Seen:
        now = getattr(self._found(world), self.field)
        if now == self.value:
            return Satisfied(f"{self.field} of {self.kind} {self.record} is {self.value!r}")
        if now != self.before:
            message = f"{self.field} of {self.kind} {self.record} is {now!r}, not {self.before!r}"
            raise StepError(Category.CONFLICT, message, CHANGED_HINT)
        return Differs(f"{self.field} of {self.kind} {self.record} is {now!r}")

    def ensure(self, world: World) -> None:
        world.records.change(self._found(world), {self.field: self.value})

    def _found(self, world: World) -> Record:
        found = world.records.find(KINDS[self.kind], self.record)
        if found is None:
            raise StepError(Category.NOT_FOUND, f"there is no {self.kind} {self.record} any more", CHANGED_HINT)
        return found


def put(record: Record, before: Record | None, say: str) -> PutRecord:
    """The action that makes `record` out of `before`."""
    was = record_fields(before) if before else None
    return PutRecord(record.kind, record.name, record_fields(record), was, say)


def remove(record: Record, say: str) -> RemoveRecord:
    """The action that removes this record."""
    return RemoveRecord(record.kind, record.name, record_fields(record), say)
