"""A resource: anything with a CPU and memory; and what was last observed of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from openqrm.domain.record import Record

SELF = "openqrm"  # the resource on which this installation itself runs
PHYSICAL = "physical"


@dataclass(frozen=True, kw_only=True)
class Bmc:
    """How to reach a machine's management controller. `secret` refers to the vault."""

    driver: str = ""  # id of a power plugin: ipmi, redfish, …; empty: none known
    address: str = ""
    port: int = 0
    user: str = ""
    secret: str = ""
    system: str = ""  # Redfish: path of the system


@dataclass(frozen=True, kw_only=True)
class Ssh:
    """How to reach by SSH a machine that has no agent."""

    user: str = ""  # empty: root
    port: int = 0  # 0: the usual one
    host_key: str = ""  # `ssh-ed25519 AAAA…`; no other one is believed; empty: it is not reached by SSH
    own_key: str = ""  # of openQRM itself: the public key by which it asks to be let in elsewhere
    secret: str = ""  # refers to the vault: the user's password, where the machine does not know that key yet


@dataclass(frozen=True, kw_only=True)
class Resource(Record):
    """What is wanted of a machine and known of its hardware. Its condition is `condition()`."""

    kind: ClassVar[str] = "resource"
    mac: str = ""
    address: str = ""
    type: str = PHYSICAL
    host: str = ""  # the resource that carries this VM
    carries: str = ""  # the type of VMs this host carries: the id of a virtualization plugin
    vm_limit: int = 0  # VMs this host carries at most; 0: as many as fit
    boot: str = "net"  # net or local
    managed: bool = True  # False: added by hand, no agent can run on it
    claimed_by: str = ""  # appliance
    bmc: Bmc = field(default_factory=Bmc)
    ssh: Ssh = field(default_factory=Ssh)
    cpu_count: int = 0  # of a VM what it was given, which is what its host has booked; of others what was seen
    cpu_mhz: int = 0
    cpu_model: str = ""
    memory_mib: int = 0
    swap_mib: int = 0
    nic_count: int = 0
    timeout_s: int = 240
    inventory: dict[str, Any] = field(default_factory=dict)
    place: str = ""  # where it stands: RACK, or RACK/UNIT
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Observation(Record):
    """What was last seen of a resource; its name is the resource's. Never wished, only seen."""

    kind: ClassVar[str] = "observation"
    power: str = "unknown"  # on, off, unknown
    boot_id: str = ""  # the boot this machine is in
    profile: str = ""  # the appliance whose boot profile that boot was given; empty: idle
    milestone: str = ""  # the last one reached in that boot
    failure: str = ""  # text of milestone `failed`
    connected: bool = False  # it can be told what to do: its uplink is open, or a system on its own disk answers by SSH
    last_seen_s: float = 0.0  # epoch
    statistics: dict[str, Any] = field(default_factory=dict)


class Condition(StrEnum):
    """What a resource is in, as a function of what is wanted and what was seen."""

    UNKNOWN = "unknown"
    OFF = "off"
    BOOTING = "booting"
    IDLE = "idle"
    ASSIGNED = "assigned"
    LOST = "lost"


def condition(resource: Resource, seen: Observation | None, now_s: float) -> Condition:
    """The condition of a resource at epoch `now_s`. A resource added by hand is never lost."""
    if seen is None or (not resource.managed and not seen.milestone and seen.power != "off"):
        return Condition.UNKNOWN
    if seen.power == "off":
        return Condition.OFF
    if seen.milestone == SAN and seen.profile:
        return Condition.ASSIGNED  # nothing of ours runs there that could fall silent
    if seen.milestone not in AGENT_MILESTONES:
        return Condition.BOOTING if seen.milestone or seen.power == "on" else Condition.UNKNOWN
    if now_s - seen.last_seen_s > resource.timeout_s:
        return Condition.LOST
    return Condition.ASSIGNED if seen.profile else Condition.IDLE


# In the order in which a boot reaches them.
SAN = "san"  # the last one of ours where firmware boots a volume itself
MILESTONES = (
    "script",
    SAN,
    "kernel",
    "initrd",
    "registered",
    "uplink",
    "root-found",
    "root-mounted",
    "handed-over",
    "init",
)
AGENT_MILESTONES = frozenset(MILESTONES[MILESTONES.index("uplink") :])


def reached(seen: Observation, milestone: str) -> bool:
    """Whether this boot has come as far as `milestone`."""
    return seen.milestone in MILESTONES and MILESTONES.index(seen.milestone) >= MILESTONES.index(milestone)
