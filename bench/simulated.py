"""A world in memory for the engine: drivers whose actions change a dictionary, and machines that boot at once.

What is left of a plan's cost is the product's own: planning, the durable journal, locks, events.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, ClassVar, cast

from openqrm.domain.appliance import BootProfile
from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen, Step
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Storage, Volume
from openqrm.plugin_api.drivers import (
    Capability,
    Machine,
    NetworkService,
    Power,
    Root,
    StorageDriver,
    TerminalDriver,
    Virtualization,
    VolumeFacts,
)
from openqrm.ports.records import Records
from openqrm.ports.world import Host, HttpAnswer, HttpRequest, Vault, World


@dataclass
class MemoryVault:
    """Secrets in memory."""

    secrets: dict[str, str] = field(default_factory=dict)

    def keep(self, reference: str, secret: str) -> None:
        self.secrets[reference] = secret

    def holds(self, reference: str) -> bool:
        return reference in self.secrets

    def reveal(self, reference: str) -> str:
        return self.secrets[reference]

    def forget(self, reference: str) -> None:
        self.secrets.pop(reference, None)


@dataclass
class SimulatedWorld:
    """Real records; power and grants in dictionaries."""

    records: Records
    vault: Vault = field(default_factory=MemoryVault)
    power: dict[str, str] = field(default_factory=dict)
    granted: dict[str, str] = field(default_factory=dict)
    boots: Iterator[int] = field(default_factory=count)
    hosts: dict[str, Host] = field(default_factory=dict)

    def host(self, resource: str) -> Host:
        if resource in self.hosts:
            return self.hosts[resource]
        raise StepError(Category.UNAVAILABLE, f"{resource} is simulated", "It has no agent.")

    def http(self, request: HttpRequest) -> HttpAnswer:
        raise StepError(Category.UNAVAILABLE, f"{request.url} is simulated", "Nobody answers there.")

    def now_s(self) -> float:
        return time.time()

    def boot(self, resource: str) -> None:
        """The machine is on and has come, at once, as far as it can with the profile it has."""
        profile = self.records.find(BootProfile, resource)
        appliance, milestone = (profile.appliance, "init") if profile else ("", "uplink")
        boot = f"b{next(self.boots)}"
        self._observe(resource, power="on", profile=appliance, milestone=milestone, boot_id=boot, connected=False)

    def switch_off(self, resource: str) -> None:
        """The machine is off."""
        self._observe(resource, power="off", profile="", milestone="", boot_id="", connected=False)

    def _observe(self, resource: str, **seen: str | bool) -> None:
        self.power[resource] = str(seen["power"])
        before = self.records.find(Observation, resource) or Observation(name=resource)
        self.records.put(replace(before, last_seen_s=self.now_s(), **cast(dict[str, Any], seen)))


@dataclass(frozen=True)
class Press:
    """The machine's power is `power`."""

    name: ClassVar[str] = "bench.press"
    resource: str
    power: str

    def describe(self) -> str:
        return f"Switch {self.resource} {self.power}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}",)

    def inverse(self) -> Press:
        return Press(self.resource, "on" if self.power == "off" else "off")

    def observe(self, world: World) -> Seen:
        now = _simulated(world).power.get(self.resource, "off")
        return Satisfied(f"it is {now}") if now == self.power else Differs(f"it is {now}")

    def ensure(self, world: World) -> None:
        simulated = _simulated(world)
        simulated.boot(self.resource) if self.power == "on" else simulated.switch_off(self.resource)


@dataclass(frozen=True)
class Grant:
    """The volume is granted to this machine (empty: to none)."""

    name: ClassVar[str] = "bench.grant"
    volume: str
    machine: str
    before: str

    def describe(self) -> str:
        return f"Grant {self.volume} to {self.machine or 'none'}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Grant:
        return Grant(self.volume, self.before, self.machine)

    def observe(self, world: World) -> Seen:
        now = _simulated(world).granted.get(self.volume, "")
        return Satisfied(f"granted to {now!r}") if now == self.machine else Differs(f"granted to {now!r}")

    def ensure(self, world: World) -> None:
        _simulated(world).granted[self.volume] = self.machine


def _simulated(world: World) -> SimulatedWorld:
    return cast(SimulatedWorld, world)


class SimulatedStorage:
    """A StorageDriver."""

    capabilities: frozenset[Capability] = frozenset()

    def plan_create(self, _storage: Storage, _volume: Volume) -> tuple[Step, ...]:
        return ()

    def plan_remove(self, _storage: Storage, _volume: Volume) -> tuple[Step, ...]:
        return ()

    def plan_grant(self, _storage: Storage, volume: Volume, machine: Machine, _secret: str) -> tuple[Step, ...]:
        return (Step(id=f"grant-{volume.name}", action=Grant(volume.name, machine.resource, ""), why="simulated"),)

    def plan_revoke(self, _storage: Storage, volume: Volume, machine: Machine, _secret: str) -> tuple[Step, ...]:
        return (Step(id=f"revoke-{volume.name}", action=Grant(volume.name, "", machine.resource), why="simulated"),)

    def root(self, _storage: Storage, volume: Volume, address: str, _secret: str) -> Root:
        return Root(type="nfs", facts=(("server", address), ("path", f"/volumes/{volume.name}")))

    def list_volumes(self, _world: World, _storage: Storage) -> list[VolumeFacts]:
        return []


class SimulatedPower:
    """A Power driver."""

    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        return (Step(id="power-on", action=Press(resource.name, "on"), why="simulated"),)

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        return (Step(id="power-off", action=Press(resource.name, "off"), why="simulated"),)

    def observe_power(self, world: World, resource: Resource) -> str:
        return _simulated(world).power.get(resource.name, "off")


class SimulatedDrivers:
    """All that planning asks for."""

    def storage(self, _storage: Storage) -> StorageDriver:
        return SimulatedStorage()

    def power(self, _resource: Resource) -> Power | None:
        return SimulatedPower()

    def virtualization(self, type_: str) -> Virtualization:
        raise PlanningError(Category.UNSUPPORTED, f"there are no VMs of type {type_} here", "Measure something else.")

    def waker(self, _resource: object) -> None:
        return None

    def network_services(self) -> list[NetworkService]:
        return []

    def terminals(self) -> list[TerminalDriver]:
        return []


ACTIONS = (Press, Grant)
