"""What the boot door writes: thousands of machines at once, so many of them in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from openqrm.domain.boot import Boot
from openqrm.domain.event import Event
from openqrm.domain.record import Record
from openqrm.domain.resource import Resource

R = TypeVar("R", bound=Record)


class Machines(Protocol):
    """One transaction, for writing from its beginning: nobody changes what is read here before it is written.

    Nothing here compares or changes the version of a record that exists, so nothing fails because a plan is at work,
    and no plan because a machine boots.
    """

    def find_many(self, kind: type[R], names: Collection[str]) -> dict[str, R]:
        """Those of these names that exist, by name."""
        ...

    def find_by_mac(self, macs: Collection[str]) -> dict[str, Resource]:
        """Those resources that have one of these MACs, in the form of parse_mac, by MAC."""
        ...

    def find_boots(self, resources: Collection[str]) -> dict[str, Boot]:
        """The boots these resources are in, by resource."""
        ...

    def add_resources(self, resources: Sequence[Resource]) -> None:
        """Discovered: insert them."""
        ...

    def forget_strangers(self, most: int) -> Sequence[str]:
        """Of the machines that never registered and that nobody means, all but the newest; their names."""
        ...

    def find_strangers(self, names: Collection[str]) -> set[str]:
        """Those of these that never registered and that nobody means."""
        ...

    def count_newcomers(self) -> int:
        """How many machines registered by themselves, and were touched by nobody since."""
        ...

    def find_silent(self, before_s: float) -> Sequence[str]:
        """All that are taken for connected, and have not been heard since BEFORE_S."""
        ...

    def find_lost(self, now_s: float) -> frozenset[str]:
        """All whose condition is lost."""
        ...

    def put_hardware(self, batch: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """`(resource, fields of Resource)`; only these fields change."""
        ...

    def put_boots(self, boots: Sequence[Boot]) -> None:
        """Each takes the place of its resource's older one."""
        ...

    def put_observations(self, batch: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """`(resource, fields of Observation)`; only these fields change, so that two observers do not overwrite."""
        ...

    def emit(self, events: Sequence[Event]) -> None:
        """Store them, with name "" and version 0; one that repeats an unacknowledged one is counted with it."""
        ...


class BootStore(Protocol):
    """Where boots, observations and discovered resources are kept."""

    def machines(self) -> AbstractContextManager[Machines]:
        """One transaction: durable when the block ends, undone as a whole when it raises."""
        ...
