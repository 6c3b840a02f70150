"""What the boot door writes: thousands of machines at once, so many records in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from openqrm.domain.event import Event
from openqrm.domain.record import Record
from openqrm.domain.resource import Resource

R = TypeVar("R", bound=Record)


class Batch(Protocol):
    """One transaction, for writing from its beginning: nobody changes what is read here before it is written."""

    def find_many(self, kind: type[R], names: Collection[str]) -> dict[str, R]:
        """Those of these names that exist, by name."""
        ...

    def find_by_mac(self, macs: Collection[str]) -> dict[str, Resource]:
        """Those resources that have one of these MACs, by MAC."""
        ...

    def put_many(self, records: Sequence[Record]) -> None:
        """Insert (version 0) or update, as `Records.put` does, records of one kind or of several.

        Raises StepError `conflict` when a version is not the stored one or a name is taken.
        """
        ...

    def tell(self, events: Sequence[Event]) -> None:
        """Events go to the outbox; identical ones are counted."""
        ...


class BootStore(Protocol):
    """Where boots, observations and discovered resources are kept."""

    def batch(self) -> AbstractContextManager[Batch]:
        """One transaction: durable when the block ends, undone as a whole when it raises."""
        ...
