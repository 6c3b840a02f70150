"""Records in tables."""

from __future__ import annotations

from typing import TypeVar

from openqrm.domain.record import Record

R = TypeVar("R", bound=Record)


class TransactionRecords:
    """ports.records.Records in the caller's transaction."""

    def find(self, kind: type[R], name: str) -> R | None:
        """The record, or None."""
        raise NotImplementedError

    def get(self, kind: type[R], name: str) -> R:
        """The record. Raises PlanningError `not_found` with the names that come near."""
        raise NotImplementedError

    def list(self, kind: type[R], **equal: object) -> list[R]:
        """All records whose fields equal these, by name."""
        raise NotImplementedError

    def put(self, record: R) -> R:
        """Raises StepError `conflict`."""
        raise NotImplementedError

    def remove(self, kind: type[Record], name: str) -> None:
        """Nothing happens when it is gone already."""
        raise NotImplementedError


class Snapshot(TransactionRecords):
    """The same, remembering the version of all that was read. Observations and events are not remembered."""

    @property
    def made_from(self) -> tuple[tuple[str, int], ...]:
        """For `Plan.made_from`: references with their versions, 0 for what did not exist."""
        raise NotImplementedError

    def changed(self, made_from: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
        """The references whose version is no longer this one: the plan is stale."""
        raise NotImplementedError


class DatabaseRecords(TransactionRecords):
    """ports.records.Records; every call is a transaction of its own."""
