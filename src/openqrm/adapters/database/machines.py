"""What the boot door writes, many machines in one transaction: boots, hardware, observations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from openqrm.domain.boot import Boot
from openqrm.domain.event import Event
from openqrm.domain.record import Record
from openqrm.domain.resource import Resource

R = TypeVar("R", bound=Record)


class Machines:
    """ports.boot.Machines, in the caller's transaction. `Database.machines()` is ports.boot.BootStore's."""

    def find_many(self, kind: type[R], names: Collection[str]) -> dict[str, R]:
        raise NotImplementedError

    def find_by_mac(self, macs: Collection[str]) -> dict[str, Resource]:
        raise NotImplementedError

    def find_boots(self, resources: Collection[str]) -> dict[str, Boot]:
        raise NotImplementedError

    def add_resources(self, resources: Sequence[Resource]) -> None:
        raise NotImplementedError

    def put_hardware(self, batch: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        raise NotImplementedError

    def put_boots(self, boots: Sequence[Boot]) -> None:
        raise NotImplementedError

    def put_observations(self, batch: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        raise NotImplementedError

    def emit(self, events: Sequence[Event]) -> None:
        raise NotImplementedError
