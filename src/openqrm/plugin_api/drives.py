"""What a virtualization driver offers beside its kind when its VMs have a drive for ISO images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.vm import VirtualMachine
from openqrm.ports.world import World


@dataclass(frozen=True, kw_only=True)
class IsoFacts:
    """An ISO image on a host that its VMs may have in their drive."""

    name: str  # its path
    size_bytes: int


@runtime_checkable
class DrivesIsos(Protocol):
    """Which files of a host these may be is the plugin's to say: an operator could have a VM read any other."""

    def plan_insert(self, host: str, vm: VirtualMachine) -> tuple[Step, ...]:
        """Steps that change nothing and fail for a `vm.iso` that no VM may read. Raises PlanningError `refused`."""
        ...

    def list_isos(self, world: World, host: Resource) -> list[IsoFacts]:
        """Those that VMs of this host may have."""
        ...
