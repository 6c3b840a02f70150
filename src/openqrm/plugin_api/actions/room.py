"""A host is not booked beyond what it has, although several plans choose it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Satisfied, Seen
from openqrm.domain.resource import Resource
from openqrm.ports.world import World


@dataclass(frozen=True)
class FitsHost:
    """All VMs of the host, this one among them, fit it. Each books by its record first and looks then.

    So of two plans that chose the last room at once the one that booked later sees the other, and goes back.
    """

    name: ClassVar[str] = "openqrm.fits-host"
    host: str
    vm: str
    own_mib: int  # what the host keeps for itself

    def describe(self) -> str:
        return f"See that {self.host} has room for VM {self.vm}"

    def touches(self) -> tuple[str, ...]:
        return ()

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        records = world.records
        host = records.get(Resource, self.host)
        vms = records.list(Resource, host=self.host)
        over_mib = sum(vm.memory_mib for vm in vms) + self.own_mib - host.memory_mib
        if over_mib > 0:
            raise _full(f"{self.host} is {over_mib} MiB short of memory for VM {self.vm}")
        if host.vm_limit and len(vms) > host.vm_limit:
            raise _full(f"{self.host} has its {host.vm_limit} VMs")
        return Satisfied(f"{self.host} has {-over_mib} MiB left")

    def ensure(self, world: World) -> None:
        """Nothing: only what was seen counts."""


def _full(message: str) -> StepError:
    return StepError(Category.CONFLICT, message, "Another VM took the room meanwhile: ask again, it is placed anew.")
