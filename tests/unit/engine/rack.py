"""A site in memory: a shelf storage, a machine with a BMC or an agent alone, and boots that follow the boot profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import SELF, Bmc, Observation
from openqrm.plugin_api import (
    Category,
    Completed,
    Differs,
    Image,
    NetworkService,
    NotYet,
    Power,
    Resource,
    Satisfied,
    Seen,
    Step,
    StepError,
    Storage,
    StorageDriver,
    Volume,
    World,
    run,
)
from openqrm.plugin_api import Machine as Lent
from openqrm.plugin_api.planning import Planning
from openqrm.plugin_api.testing import SimulatedWorld, Simulator, UnknownCommand
from tests.unit.plugin_api.shelf import STORAGE, Lend, ShelfDriver, ShelfHost

ADDRESSES = {"blade1": "10.0.0.11", "blade2": "10.0.0.12"}


@dataclass
class Machine:
    """`boots` is what its next look at the clock makes of it; `runs` is the profile its kernel was given."""

    on: bool = True
    runs: str | None = ""  # None: no kernel
    booting: bool = False


class Bmcs(Simulator):
    """`bmc on|off|status NAME` on openQRM's own host. A status takes a look at the clock to change."""

    def __init__(self, machines: dict[str, Machine]) -> None:
        super().__init__()
        self.machines = machines

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("bmc", "status", name):
                return Completed(0, "on" if self.machines[name].on else "off")
            case ("bmc", "on", name):
                if not self.machines[name].on:
                    self.machines[name] = Machine(on=True, runs=None, booting=True)
                return Completed(0)
            case ("bmc", "off", name):
                self.machines[name] = Machine(on=False, runs=None)
                return Completed(0)
        raise UnknownCommand(" ".join(argv))


class Agent(Simulator):
    """The operating system of a machine: it takes `poweroff` and `reboot`, and does it in its own time."""

    def __init__(self, name: str, machines: dict[str, Machine]) -> None:
        super().__init__()
        self._name, self._machines, self._asked = name, machines, ""

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        machine = self._machines[self._name]
        if not machine.on or machine.runs is None:
            raise StepError(Category.UNAVAILABLE, f"no agent on {self._name}", "See whether it is up.")
        self._asked = argv[0]
        return Completed(0)

    def passes(self, seconds: float) -> None:
        if self._asked == "poweroff":
            self._machines[self._name] = Machine(on=False, runs=None)
        elif self._asked == "reboot":
            self._machines[self._name] = Machine(on=True, runs=None, booting=True)
        self._asked = ""


class WatchedShelves(ShelfHost):
    """Stops the test when two may write one shelf, or a shelf is taken from under a running kernel."""

    def __init__(self, machines: dict[str, Machine]) -> None:
        super().__init__()
        self._machines = machines

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        before = {name: list(lent) for name, lent in self.shelves.items()}
        done = super().run(argv, stdin, environment)
        for name, lent in self.shelves.items():
            if name == "golden":
                continue  # it is read
            assert len(lent) <= 1, f"{name} has two writers: {lent}"
            gone = {*before.get(name, ())} - {*lent}
            users = {ADDRESSES[m] for m, machine in self._machines.items() if machine.runs}
            assert not gone & users, f"{name} was taken from under a running kernel"
        return done


@dataclass(frozen=True)
class SetPower:
    name: ClassVar[str] = "rack.power"
    resource: str
    on: bool

    def describe(self) -> str:
        return f"Switch {self.resource} {'on' if self.on else 'off'}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}",)

    def inverse(self) -> SetPower:
        return SetPower(self.resource, not self.on)

    def observe(self, world: World) -> Seen:
        now = run(world.host(SELF), ("bmc", "status", self.resource), hint="See its BMC.")
        if now not in ("on", "off"):
            raise StepError(Category.REFUSED, f"its BMC says {now!r}", "See its BMC.")
        return Satisfied(f"it is {now}") if (now == "on") == self.on else Differs(f"it is {now}")

    def ensure(self, world: World) -> None:
        run(world.host(SELF), ("bmc", "on" if self.on else "off", self.resource), hint="See its BMC.")


class RackPower:
    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        return (Step(id="power-on", action=SetPower(resource.name, True), why="it has to boot"),)

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        return (Step(id="power-off", action=SetPower(resource.name, False), why="nothing may run"),)

    def observe_power(self, world: World, resource: Resource) -> str:
        return run(world.host(SELF), ("bmc", "status", resource.name), hint="See its BMC.")


@dataclass(frozen=True)
class KeyedLend(Lend):
    """Whoever is lent a shelf has a key; that there is one is looked at, too."""

    name: ClassVar[str] = "rack.lend"
    key: str = ""

    def observe(self, world: World) -> Seen:
        if not self.back:
            world.vault.reveal(self.key)
        return super().observe(world)


@dataclass(frozen=True)
class Share(Lend):
    """Read beside others."""

    name: ClassVar[str] = "rack.share"

    def ensure(self, world: World) -> None:
        verb = "back" if self.back else "share"
        run(world.host(self.host), ("shelf", verb, "--", self.shelf, self.address), hint="See the log of the shelf.")


class KeyedShelves(ShelfDriver):
    def plan_lend(self, storage: Storage, volume: Volume, machine: Lent) -> tuple[Step, ...]:
        action = Share(storage.resource, volume.name, machine.address)
        return (Step(id=f"lend-{volume.name}", action=action, why="it is copied"),)

    def plan_reclaim(self, storage: Storage, volume: Volume, machine: Lent) -> tuple[Step, ...]:
        action = Share(storage.resource, volume.name, machine.address, back=True)
        return (Step(id=f"reclaim-{volume.name}", action=action, why="it has been copied"),)

    def plan_grant(self, storage: Storage, volume: Volume, machine: Lent, secret: str) -> tuple[Step, ...]:
        action = KeyedLend(storage.resource, volume.name, machine.address, key=secret)
        return (Step(id=f"grant-{volume.name}", action=action, why="this machine alone may write"),)

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Lent, secret: str) -> tuple[Step, ...]:
        action = KeyedLend(storage.resource, volume.name, machine.address, back=True, key=secret)
        return (Step(id=f"revoke-{volume.name}", action=action, why="the grant is over"),)


class RackDrivers:
    def storage(self, storage: Storage) -> StorageDriver:
        return KeyedShelves()

    def power(self, resource: Resource) -> Power | None:
        return RackPower() if resource.bmc.driver else None

    def waker(self, _resource: object) -> None:
        return None

    def network_services(self) -> list[NetworkService]:
        return []


@dataclass
class Rack:
    """`bmc`: machines have one. `dies_at`: the milestone at which a boot of the appliance fails.

    `filled`: the image is installed from volume golden, which another machine reads, too. `mute`: a machine that is
    switched on asks for nothing.
    """

    bmc: bool = True
    dies_at: str = ""
    filled: bool = False
    mute: bool = False
    boots: int = 0
    machines: dict[str, Machine] = field(default_factory=lambda: {name: Machine() for name in ADDRESSES})

    def world(self) -> SimulatedWorld:
        shelves = WatchedShelves(self.machines)
        shelves.shelves = {"web": [], "other": ["10.9.9.9"], "golden": ["10.9.9.9"]}
        hosts: dict[str, Simulator] = {SELF: Bmcs(self.machines), "shelf-host": shelves}
        hosts |= {name: Agent(name, self.machines) for name in ADDRESSES}
        return SimulatedWorld(hosts, given=self._given(), passes=self._boot)

    def _given(self) -> tuple[Any, ...]:
        driver = "rack" if self.bmc else ""
        blades = [
            Resource(
                name=n,
                mac=f"52:54:00:00:00:0{n[-1]}",
                address=a,
                bmc=Bmc(driver=driver),
                memory_mib=1024,
                timeout_s=10**6,
                version=1,
            )
            for n, a in ADDRESSES.items()
        ]
        idle = [
            Observation(name=n, power="on", boot_id="b", milestone="uplink", connected=True, last_seen_s=1e6, version=1)
            for n in ADDRESSES
        ]
        return (
            *blades, *idle,
            Resource(name="shelf-host", address="10.0.0.2", claimed_by="storage", version=1),
            STORAGE, Volume(name="web", storage=STORAGE.name, size_mib=64, version=1),
            Volume(name="golden", storage=STORAGE.name, version=1),
            Image(name="web", volume="web", install_from="golden" if self.filled else "", version=1),
            Kernel(name="k", version=1),
            Kernel(name="k2", version=1),
            Appliance(name="web", kernel="k", image="web", version=1),
        )  # fmt: skip

    def _boot(self, world: SimulatedWorld) -> None:
        """What machines do by themselves, and what the boot door writes down of it."""
        for name, machine in self.machines.items():
            seen = world.records.get(Observation, name)
            if machine.booting and not self.mute:
                profile = world.records.find(BootProfile, name)
                machine.booting, machine.runs = False, profile.appliance if profile else ""
                self.boots += 1
                seen = Observation(name=name, boot_id=f"b{self.boots}", profile=machine.runs, connected=True)
            power = "on" if machine.on else "off"
            milestone, failure = self._reached(machine)
            fresh = Observation(
                name=name, power=power, boot_id=seen.boot_id, profile=seen.profile, milestone=milestone,
                failure=failure, connected=machine.runs is not None, last_seen_s=1e6, version=seen.version,
            )  # fmt: skip
            world.records.by_ref[fresh.ref] = fresh

    def _reached(self, machine: Machine) -> tuple[str, str]:
        if machine.runs and self.dies_at:
            return self.dies_at, "no such root"
        return ("init" if machine.runs else "uplink" if machine.runs == "" else ""), ""


def planning(world: SimulatedWorld) -> Planning:
    return Planning(facts=world.records, drivers=RackDrivers(), user="anna", now_s=world.now_s())


__all__ = ["NotYet", "Rack", "planning"]
