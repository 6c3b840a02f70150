"""Each rule for virtualization drivers has a saboteur: a driver that breaks just this, and that the rule catches."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from openqrm.plugin_api import (
    Capability,
    Category,
    Completed,
    Differs,
    Disk,
    MachineFacts,
    PlanningError,
    Resource,
    Satisfied,
    Seen,
    SnapshotFacts,
    Step,
    StepError,
    VirtualMachine,
    World,
    run,
)
from openqrm.plugin_api.testing import VIRTUALIZATION_RULES, LawBroken, SimulatedWorld, Simulator, VirtualizationBench
from openqrm.plugin_api.testing import virtualization as rules

HOST = Resource(name="h1")
HINT = "Look at the host."


class Cellar(Simulator):
    """A host with a tool `vm`: a VM is a word, and its power."""

    def __init__(self) -> None:
        super().__init__()
        self.power: dict[str, str] = {}
        self.kept: dict[str, dict[str, tuple[str, str]]] = {}  # VM → snapshot → its mark, and the power of then

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("vm", "list"):
                listed = "".join(f"{name} {power}\n" for name, power in self.power.items())
                return Completed(0, f"{len(self.power)} VMs\n{listed}")
            case ("vm", "set", "--", name, "gone"):
                self.power.pop(name, None)
            case ("vm", "set", "--", name, power):
                self.power[name] = power
            case ("vm", "kept", "--", name):
                kept = self.kept.get(name, {}).items()
                return Completed(0, "".join(f"{each} {mark} {power}\n" for each, (mark, power) in kept))
            case ("vm", "keep", "--", name, snapshot, mark):
                self.kept.setdefault(name, {})[snapshot] = (mark, self.power[name])
            case ("vm", "drop", "--", name, snapshot):
                self.kept[name].pop(snapshot, None)
            case ("vm", "back", "--", name, snapshot):
                self.power[name] = self.kept[name][snapshot][1]
            case ("vm", "all-off"):
                self.power = dict.fromkeys(self.power, "off")
        return Completed(0)


def powers(world: World) -> dict[str, str]:
    out = run(world.host("h1"), ("vm", "list"), hint=HINT)
    count, *lines = out.splitlines() or [""]
    if count != f"{len(lines)} VMs" or not out.endswith("\n"):
        raise StepError(Category.UNAVAILABLE, "the list of VMs was cut off, or came twice", HINT)
    return dict(line.split() for line in lines)


@dataclass(frozen=True)
class SetVm:
    """The VM is off, on or gone; off is also what a new one is."""

    name: ClassVar[str] = "cellar.set"
    vm: str
    power: str
    before: str

    def describe(self) -> str:
        return f"Set VM {self.vm} {self.power}"

    def touches(self) -> tuple[str, ...]:
        return (f"vm/{self.vm}",)

    def inverse(self) -> "SetVm":
        return SetVm(self.vm, self.before, self.power)

    def observe(self, world: World) -> Seen:
        now = powers(world).get(self.vm, "gone")
        return Satisfied(f"it is {now}") if now == self.power else Differs(f"it is {now}")

    def ensure(self, world: World) -> None:
        run(world.host("h1"), ("vm", "set", "--", self.vm, self.power), hint=HINT)


def kept(world: World, vm: str) -> list[list[str]]:
    return [line.split() for line in run(world.host("h1"), ("vm", "kept", "--", vm), hint=HINT).splitlines()]


@dataclass(frozen=True)
class Keep(SetVm):
    """The VM has this snapshot, with this mark; `power` names it, `before` is the mark."""

    name: ClassVar[str] = "cellar.keep"

    def observe(self, world: World) -> Seen:
        marks = {name: mark for name, mark, _ in kept(world, self.vm)}
        if marks.get(self.power, self.before) != self.before:
            raise StepError(Category.CONFLICT, f"there is a snapshot {self.power}", "Take another name.")
        return Satisfied("it has it") if self.power in marks else Differs("it has none")

    def ensure(self, world: World) -> None:
        run(world.host("h1"), ("vm", "keep", "--", self.vm, self.power, self.before), hint=HINT)


@dataclass(frozen=True)
class Careless(Keep):
    """Any snapshot of the name will do."""

    name: ClassVar[str] = "cellar.careless"

    def observe(self, world: World) -> Seen:
        has = any(name == self.power for name, *_ in kept(world, self.vm))
        return Satisfied("it has it") if has else Differs("it has none")


@dataclass(frozen=True)
class Drop(SetVm):
    """The VM has no such snapshot."""

    name: ClassVar[str] = "cellar.drop"

    def observe(self, world: World) -> Seen:
        has = any(name == self.power for name, *_ in kept(world, self.vm))
        return Differs("it has it") if has else Satisfied("it has none")

    def ensure(self, world: World) -> None:
        run(world.host("h1"), ("vm", "drop", "--", self.vm, self.power), hint=HINT)


@dataclass(frozen=True)
class Back(SetVm):
    """The VM is as in the snapshot; here that is its power."""

    name: ClassVar[str] = "cellar.back"

    def observe(self, world: World) -> Seen:
        then = {name: power for name, _, power in kept(world, self.vm)}
        return Satisfied("it is so") if powers(world)[self.vm] == then[self.power] else Differs("it is not")

    def ensure(self, world: World) -> None:
        run(world.host("h1"), ("vm", "back", "--", self.vm, self.power), hint=HINT)


class CellarDriver:
    """Keeps all rules."""

    capabilities: frozenset[Capability] = frozenset({Capability.SNAPSHOT})

    def step(self, id_: str, vm: str, power: str, before: str) -> tuple[Step, ...]:
        return (Step(id=id_, action=SetVm(vm, power, before), why="it was asked for"),)

    def plan_take_up(self, host: Resource) -> tuple[Step, ...]:
        return ()

    def plan_define(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return self.step(f"define-{vm.name}", vm.name, "off", "gone")

    def plan_remove(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return self.step(f"remove-{vm.name}", vm.name, "gone", "off")

    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        return self.step("power-on", resource.name, "on", "off")

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        return self.step("power-off", resource.name, "off", "on")

    def observe_power(self, world: World, resource: Resource) -> str:
        return powers(world).get(resource.name, "unknown")

    def list_machines(self, world: World, host: Resource) -> list[MachineFacts]:
        seen = powers(world).items()
        return [MachineFacts(name=name, power=power, cpu_count=1, memory_mib=1) for name, power in seen]

    def plan_snapshot(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, mark: str
    ) -> tuple[Step, ...]:
        return (Step(id=f"snapshot-{snapshot}", action=Keep(vm.name, snapshot, mark), why="it was asked for"),)

    def plan_revert(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, before: str
    ) -> tuple[Step, ...]:
        return (Step(id=f"revert-{vm.name}", action=Back(vm.name, snapshot, before), why="it was asked for"),)

    def plan_remove_snapshot(self, host: str, vm: VirtualMachine, snapshot: str) -> tuple[Step, ...]:
        return (Step(id=f"remove-{snapshot}", action=Drop(vm.name, snapshot, ""), why="it was asked for"),)

    def list_snapshots(self, world: World, host: Resource, vm: str) -> list[SnapshotFacts]:
        return [SnapshotFacts(name=name, made_s=0, has_memory=power == "on") for name, _, power in kept(world, vm)]


class Random(CellarDriver):
    def plan_define(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return tuple(replace(s, why=f"because of {random.random()}") for s in super().plan_define(host, vm, disks))


class Nameless(CellarDriver):
    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        return self.step("start", resource.name, "on", "off")


class Twofold(CellarDriver):
    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        return (*super().plan_off(resource), *self.step("power-off-too", resource.name, "off", "on"))


class Blind(CellarDriver):
    def list_machines(self, world: World, host: Resource) -> list[MachineFacts]:
        return []


class Believer(CellarDriver):
    """Takes half a list for the whole one."""

    def list_machines(self, world: World, host: Resource) -> list[MachineFacts]:
        lines = run(world.host("h1"), ("vm", "list"), hint=HINT).splitlines()[1:]
        pairs = (line.partition(" ") for line in lines)
        return [MachineFacts(name=name, power=power, cpu_count=1, memory_mib=1) for name, _, power in pairs]


class Squinting(CellarDriver):
    """Its list and its power differ."""

    def list_machines(self, world: World, host: Resource) -> list[MachineFacts]:
        return [replace(each, power="off") for each in super().list_machines(world, host)]


class Keeper(CellarDriver):
    def plan_remove(self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return ()


class Early(CellarDriver):
    """A VM is there as soon as its host is."""

    def plan_take_up(self, host: Resource) -> tuple[Step, ...]:
        return self.step("take-up", "web", "off", "gone")


@dataclass(frozen=True)
class AllOff(SetVm):
    name: ClassVar[str] = "cellar.all-off"

    def ensure(self, world: World) -> None:
        run(world.host("h1"), ("vm", "all-off"), hint=HINT)


class Sweeper(CellarDriver):
    """Switches off whatever there is."""

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        return (Step(id="power-off", action=AllOff(resource.name, "off", "on"), why="it was asked for"),)


class Guesser(CellarDriver):
    """Takes silence for off."""

    def observe_power(self, world: World, resource: Resource) -> str:
        try:
            return super().observe_power(world, resource)
        except StepError:
            return "off"


class Judge(CellarDriver):
    """Takes silence for a refusal."""

    def observe_power(self, world: World, resource: Resource) -> str:
        try:
            return super().observe_power(world, resource)
        except StepError as error:
            raise StepError(error.category.REFUSED, error.message, error.hint) from error


class Reluctant(CellarDriver):
    """Refuses a snapshot as if it were a matter of time."""

    def plan_snapshot(self, *_: object) -> tuple[Step, ...]:
        raise PlanningError(Category.BUSY, "not now", "Later.")


class Amnesiac(CellarDriver):
    """Takes snapshots, and goes back to none."""

    def plan_revert(self, *_: object) -> tuple[Step, ...]:
        return ()


class Forgetful(CellarDriver):
    """Its list says nothing of memory."""

    def list_snapshots(self, world: World, host: Resource, vm: str) -> list[SnapshotFacts]:
        return [replace(each, has_memory=False) for each in super().list_snapshots(world, host, vm)]


class Hoarder(CellarDriver):
    def plan_remove_snapshot(self, *_: object) -> tuple[Step, ...]:
        return ()


class Rough(CellarDriver):
    """Removes a snapshot, and the VM goes off."""

    def plan_remove_snapshot(self, host: str, vm: VirtualMachine, snapshot: str) -> tuple[Step, ...]:
        return (*super().plan_remove_snapshot(host, vm, snapshot), *self.step("off", vm.name, "off", "on"))


class Trusting(CellarDriver):
    def plan_snapshot(
        self, host: str, vm: VirtualMachine, disks: tuple[Disk, ...], snapshot: str, mark: str
    ) -> tuple[Step, ...]:
        return (Step(id=f"snapshot-{snapshot}", action=Careless(vm.name, snapshot, mark), why="it was asked for"),)


DRIVERS: list[tuple[Callable[[VirtualizationBench], None], type[CellarDriver]]] = [
    (rules.all_plans_are_pure, Random),
    (rules.all_plans_are_pure, Nameless),
    (rules.all_plans_are_pure, Twofold),
    (rules.a_vm_lives_and_is_seen, Blind),
    (rules.a_vm_lives_and_is_seen, Squinting),
    (rules.a_vm_lives_and_is_seen, Keeper),
    (rules.a_vm_lives_and_is_seen, Early),
    (rules.other_vms_are_left_alone, Sweeper),
    (rules.a_silent_host_is_unknown, Guesser),
    (rules.a_silent_host_is_unknown, Judge),
    (rules.half_a_list_is_no_list, Believer),
    (rules.snapshots_bring_back, Reluctant),
    (rules.snapshots_bring_back, Amnesiac),
    (rules.snapshots_bring_back, Forgetful),
    (rules.snapshots_bring_back, Hoarder),
    (rules.snapshots_bring_back, Rough),
    (rules.an_older_snapshot_is_no_new_one, Trusting),
]


def bench(driver: CellarDriver) -> VirtualizationBench:
    return VirtualizationBench(driver, HOST, VirtualMachine(name="web"), lambda: SimulatedWorld({"h1": Cellar()}))


@pytest.mark.parametrize("rule", VIRTUALIZATION_RULES, ids=lambda rule: rule.__name__)
def test_an_honest_driver_keeps_the_rule(rule: Callable[[VirtualizationBench], None]) -> None:
    rule(bench(CellarDriver()))


@pytest.mark.parametrize(("rule", "driver"), DRIVERS, ids=lambda p: p.__name__)
def test_a_saboteur_is_caught(rule: Callable[[VirtualizationBench], None], driver: type[CellarDriver]) -> None:
    with pytest.raises(LawBroken):
        rule(bench(driver()))


def test_every_rule_has_a_saboteur() -> None:
    assert {rule for rule, _ in DRIVERS} == {*VIRTUALIZATION_RULES}
