"""An appliance: kernel + image + resource + requirements, started and stopped as one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from openqrm.domain.record import Record
from openqrm.domain.resource import PHYSICAL, Observation


@dataclass(frozen=True, kw_only=True)
class Appliance(Record):
    """What is wanted. Which resource it runs on is `Resource.claimed_by`, and nowhere else."""

    kind: ClassVar[str] = "appliance"
    kernel: str = ""
    image: str = ""
    resource: str = ""  # empty: any that fits
    machine_type: str = PHYSICAL  # physical, or the VM type of a plugin
    cpu_count: int = 0  # at least; 0: any
    cpu_mhz: int = 0
    memory_mib: int = 0
    nic_count: int = 0
    network: str = ""  # its resource has its address there; empty: anywhere
    wanted: str = "stopped"  # stopped or running
    highly_available: bool = False
    carries: str = ""  # the type of VMs that its resource is a host of while it runs
    comment: str = ""


LOCAL_ROOT = "local"  # the root type of a system on the machine's own disk, which has a kernel of its own
SAN_ROOT = "san"  # the same of a disk that firmware reaches over the network


@dataclass(frozen=True, kw_only=True)
class BootProfile(Record):
    """What the boot door gives one resource at its next boots; its name is the resource's. None: idle.

    `root` are public facts (`root_server`, `root_path`, …), `secrets` maps such a name to a vault reference.
    """

    kind: ClassVar[str] = "profile"
    appliance: str
    kernel: str
    root_type: str
    root: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    arguments: str = ""
    fragments: tuple[str, ...] = ()  # root types in the initrd beside those that this boot uses

    @property
    def is_local(self) -> bool:
        """Whether the machine is sent to its own disk."""
        return self.root_type == LOCAL_ROOT

    @property
    def is_san(self) -> bool:
        """Whether firmware boots the volume itself: `uri` tells where it is, `initiator` and `user` who asks."""
        return self.root_type == SAN_ROOT


class ApplianceCondition(StrEnum):
    """What an appliance is in; a function, never a column."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    DEGRADED = "degraded"
    STUCK = "stuck"


def appliance_condition(
    name: str, wanted: str, seen: Observation | None, plan_state: str, *, alive: bool
) -> ApplianceCondition:
    """`seen` is of the claimed resource, `plan_state` of an unfinished plan on this appliance (or empty)."""
    if plan_state == "stuck":
        return ApplianceCondition.STUCK
    if plan_state:
        return ApplianceCondition.STARTING if wanted == "running" else ApplianceCondition.STOPPING
    if wanted != "running":
        return ApplianceCondition.STOPPED
    if seen is not None and alive and seen.profile == name:
        return ApplianceCondition.RUNNING
    return ApplianceCondition.DEGRADED
