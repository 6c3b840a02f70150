"""Records and secrets in memory, through the gate."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.record import Record
from openqrm.domain.resource import Resource
from openqrm.domain.vm import Booking, bookings_of
from openqrm.plugin_api.testing.gate import Gate
from openqrm.ports.records import R


class MemoryRecords:
    """Implements the port Records. `written` keeps the reference of every record changed."""

    def __init__(self, gate: Gate) -> None:
        self.by_ref: dict[str, Record] = {}
        self.written: list[str] = []
        self._gate = gate

    def find(self, kind: type[R], name: str) -> R | None:
        found = self.by_ref.get(f"{kind.kind}/{name}")
        return found if isinstance(found, kind) else None

    def get(self, kind: type[R], name: str) -> R:
        found = self.find(kind, name)
        if found is None:
            raise PlanningError(Category.NOT_FOUND, f"there is no {kind.kind} {name}", f"List them: {kind.kind} list")
        return found

    def list(self, kind: type[R], **equal: object) -> list[R]:
        fitting = [r for r in self.by_ref.values() if isinstance(r, kind) and _equals(r, equal)]
        return sorted(fitting, key=lambda record: record.name)

    def bookings(self, type_: str, most: int = 0) -> builtins.list[Booking]:
        return bookings_of(self.list(Resource, carries=type_), self.list(Resource, type=type_), most)

    def put(self, record: R) -> R:
        return self._gate.through(f"put {record.ref}", lambda: self._put(record))

    def change(self, record: R, fields: Mapping[str, object]) -> R:
        given: dict[str, Any] = {**fields}
        return self._gate.through(f"put {record.ref}", lambda: self._put(replace(record, **given)))

    def remove(self, kind: type[Record], name: str) -> None:
        self._gate.through(f"remove {kind.kind}/{name}", lambda: self._remove(f"{kind.kind}/{name}"))

    def _put(self, record: R) -> R:
        stored = self.by_ref.get(record.ref)
        if (stored.version if stored else 0) != record.version:
            raise StepError(Category.CONFLICT, f"{record.ref} has changed", "Ask again.")
        fresh = replace(record, version=record.version + 1)
        self.by_ref[record.ref] = fresh
        self.written.append(record.ref)
        return fresh

    def _remove(self, ref: str) -> None:
        self.by_ref.pop(ref, None)
        self.written.append(ref)


class MemoryVault:
    """Implements the port Vault. `written` keeps the reference of every secret changed."""

    def __init__(self, gate: Gate) -> None:
        self.secrets: dict[str, str] = {}
        self.known: dict[str, str] = {}  # secret → reference, of all that ever were here
        self.written: list[str] = []
        self._gate = gate

    def keep(self, reference: str, secret: str) -> None:
        self.known[secret] = reference
        self._gate.through(f"keep {reference}", lambda: self.secrets.__setitem__(reference, secret))
        self.written.append(f"secret/{reference}")

    def holds(self, reference: str) -> bool:
        return reference in self.secrets

    def reveal(self, reference: str) -> str:
        if reference not in self.secrets:
            raise StepError(Category.NOT_FOUND, f"the vault has no secret {reference}", "Set it again.")
        return self.secrets[reference]

    def forget(self, reference: str) -> None:
        self._gate.through(f"forget {reference}", lambda: self.secrets.pop(reference, None))
        self.written.append(f"secret/{reference}")


def _equals(record: Record, equal: dict[str, Any]) -> bool:
    return all(getattr(record, field) == value for field, value in equal.items())
