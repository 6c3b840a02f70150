"""Stored nouns: read by planning, written by the actions of plans and by the boot door."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Protocol, TypeVar

from openqrm.domain.record import Record
from openqrm.domain.vm import Booking

R = TypeVar("R", bound=Record)


class Facts(Protocol):
    """One consistent reading of the records. What is read here is remembered in `Plan.made_from`."""

    def find(self, kind: type[R], name: str) -> R | None:
        """The record, or None."""
        ...

    def get(self, kind: type[R], name: str) -> R:
        """The record. Raises PlanningError `not_found` with the names that come near."""
        ...

    def list(self, kind: type[R], **equal: object) -> list[R]:
        """All records whose fields equal these, by name."""
        ...

    def bookings(self, type_: str, most: int = 0) -> builtins.list[Booking]:
        """What VMs of this type have booked on their hosts, the host with most memory left first; 0: all hosts.

        Not remembered as read: it changes with every VM, and is looked at again when one is booked.
        """
        ...


class Records(Facts, Protocol):
    """The same, and a way to change them: every call is a transaction of its own, durable when it returns."""

    def put(self, record: R) -> R:
        """Insert (version 0) or update; the stored record with its new version.

        Raises StepError `conflict` when the version is not the stored one, or the name is taken.
        """
        ...

    def change(self, record: R, fields: Mapping[str, object]) -> R:
        """Set these fields and no others, which the boot door may have written since `record` was read.

        Raises StepError `conflict` when the version is not the stored one.
        """
        ...

    def remove(self, kind: type[Record], name: str) -> None:
        """Remove it; nothing happens when it is gone already."""
        ...
