"""Facts as they will be after a plan that is not carried out yet, so that a second plan can follow the first."""

from __future__ import annotations

import builtins

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.record import Record
from openqrm.domain.resource import Resource
from openqrm.domain.vm import Booking, bookings_of
from openqrm.ports.records import Facts, R


class Overlay:
    """Some records changed or gone, the others as they are."""

    def __init__(self, below: Facts) -> None:
        self._below = below
        self._over: dict[tuple[type[Record], str], Record | None] = {}

    def put(self, record: Record) -> None:
        """It will be so."""
        self._over[type(record), record.name] = record

    def remove(self, kind: type[Record], name: str) -> None:
        """It will be gone."""
        self._over[kind, name] = None

    def find(self, kind: type[R], name: str) -> R | None:
        """The record, or None."""
        if (kind, name) not in self._over:
            return self._below.find(kind, name)
        record = self._over[kind, name]
        return record if isinstance(record, kind) else None

    def get(self, kind: type[R], name: str) -> R:
        """The record. Raises PlanningError `not_found`."""
        if (record := self.find(kind, name)) is not None:
            return record
        if (kind, name) in self._over:
            raise PlanningError(Category.NOT_FOUND, f"there will be no {kind.kind} {name} then")
        return self._below.get(kind, name)

    def list(self, kind: type[R], **equal: object) -> list[R]:
        """All records whose fields equal these, by name."""
        kept = [record for record in self._below.list(kind, **equal) if (kind, record.name) not in self._over]
        over = [record for record in self._over.values() if isinstance(record, kind)]
        fit = [record for record in over if all(getattr(record, name) == value for name, value in equal.items())]
        return sorted([*kept, *fit], key=lambda record: record.name)

    def bookings(self, type_: str, most: int = 0) -> builtins.list[Booking]:
        """What VMs of this type will have booked on their hosts."""
        return bookings_of(self.list(Resource, carries=type_), self.list(Resource, type=type_), most)
