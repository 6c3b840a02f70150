"""What every virtualization driver keeps, beside the laws for its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.vm import Disk, VirtualMachine
from openqrm.plugin_api.drivers import Capability, MachineFacts, Virtualization, VmSnapshots
from openqrm.plugin_api.testing.bench import carry_all, demand_pure_plan
from openqrm.plugin_api.testing.case import Case, cases_of, demand
from openqrm.plugin_api.testing.gate import Disturbance
from openqrm.plugin_api.testing.law_of_faults import demand_honest_look
from openqrm.plugin_api.testing.world import SimulatedWorld


@dataclass(frozen=True)
class VirtualizationBench:
    """A driver, a host, a VM to make there, and at each call of `world` a fresh world where the host has none."""

    driver: Virtualization
    host: Resource
    vm: VirtualMachine
    world: Callable[[], SimulatedWorld]
    disks: tuple[Disk, ...] = ()

    @property
    def resource(self) -> Resource:
        """The VM's resource."""
        return Resource(name=self.vm.name, type=self.vm.type, host=self.host.name)

    def take_up(self) -> tuple[Step, ...]:
        return self.driver.plan_take_up(self.host)

    def define(self) -> tuple[Step, ...]:
        return self.driver.plan_define(self.host.name, self.vm, self.disks)

    def remove(self) -> tuple[Step, ...]:
        return self.driver.plan_remove(self.host.name, self.vm, self.disks)

    def on(self) -> tuple[Step, ...]:
        return self.driver.plan_on(self.resource)

    def off(self) -> tuple[Step, ...]:
        return self.driver.plan_off(self.resource)

    def snapshots(self) -> VmSnapshots | None:
        """The driver, where it can take snapshots of this VM. One that cannot gives the reason while planning."""
        if Capability.SNAPSHOT not in self.driver.capabilities:
            return None
        demand(isinstance(self.driver, VmSnapshots), "a driver with the capability snapshot is no VmSnapshots")
        assert isinstance(self.driver, VmSnapshots)
        try:
            self.driver.plan_snapshot(self.host.name, self.vm, self.disks, "clean", "1")
        except PlanningError as error:
            demand(error.category is Category.UNSUPPORTED, f"a snapshot that cannot be is {error.category}: {error}")
            return None
        return self.driver

    def life_with_snapshots(self) -> tuple[Step, ...]:
        """Taken, kept how it was just before, set back, and removed."""
        driver, name, vm = self.snapshots(), self.host.name, self.vm
        if driver is None:
            return ()
        return (
            *driver.plan_snapshot(name, vm, self.disks, "clean", "1"),
            *self.on(),
            *driver.plan_snapshot(name, vm, self.disks, "before", "2"),
            *driver.plan_revert(name, vm, self.disks, "clean", "before"),
            *driver.plan_remove_snapshot(name, vm, "clean"),
        )

    def made(self) -> SimulatedWorld:
        """A world where the host has the VM, off."""
        world = self.world()
        carry_all((*self.take_up(), *self.define()), world)
        return world

    def cases(self) -> list[Case]:
        """A VM's life, for the laws."""
        life = (*self.take_up(), *self.define(), *self.on(), *self.off(), *self.remove())
        return cases_of(self.vm.type, life, self.world)

    def cases_of_snapshots(self) -> list[Case]:
        """The same for its snapshots; none where it cannot have any."""
        return cases_of(f"{self.vm.type} kept", self.life_with_snapshots(), self.made)

    def listed(self, world: SimulatedWorld) -> dict[str, MachineFacts]:
        """What the driver sees on the host, by name."""
        return {each.name: each for each in self.driver.list_machines(world, self.host)}


def all_plans_are_pure(bench: VirtualizationBench) -> None:
    """And power is one step each, with the ids that the core's plans know."""
    for plan in (bench.take_up, bench.define, bench.remove):
        demand_pure_plan(plan, plan.__name__)
    for plan, id_ in ((bench.on, "power-on"), (bench.off, "power-off")):
        steps = demand_pure_plan(plan, id_)
        demand([step.id for step in steps] == [id_], f"{id_} is to be one step of that id: {[s.id for s in steps]}")


def a_vm_lives_and_is_seen(bench: VirtualizationBench) -> None:
    """Made it is off, on it is on, removed it is gone; the list and the power say the same."""
    world = bench.world()
    carry_all(bench.take_up(), world)
    demand(bench.vm.name not in bench.listed(world), "the VM is there before it is made")
    carry_all(bench.define(), world)
    for steps, power in ((bench.on(), "on"), (bench.off(), "off"), (bench.on(), "on"), (bench.off(), "off")):
        carry_all(steps, world)
        seen = bench.driver.observe_power(world, bench.resource)
        listed = bench.listed(world).get(bench.vm.name)
        told = listed.power if listed else "no such VM"
        demand(seen == told == power, f"after {steps[0].id} the driver sees {seen} and lists {told}")
    carry_all(bench.remove(), world)
    demand(bench.vm.name not in bench.listed(world), "the VM is there after it was removed")


def other_vms_are_left_alone(bench: VirtualizationBench) -> None:
    """Whatever is done with one VM, another one of the same host runs on."""
    other = replace(bench, vm=replace(bench.vm, name=f"{bench.vm.name}-other", nics=(), disks=()), disks=())
    world = other.made()
    carry_all(other.on(), world)
    carry_all((*bench.define(), *bench.on(), *bench.off(), *bench.remove()), world)
    demand(other.driver.observe_power(world, other.resource) == "on", "another VM of the host does not run any more")


def a_silent_host_is_unknown(bench: VirtualizationBench) -> None:
    """When the host does not answer, power is unknown or the error unavailable: never on, never off."""
    calm, world = bench.made(), bench.made()
    calm.forget_preparation()
    world.forget_preparation()
    bench.driver.observe_power(calm, bench.resource)
    world.gate.disturbances = dict.fromkeys(calm.gate.log, Disturbance.UNAVAILABLE)
    try:
        seen = bench.driver.observe_power(world, bench.resource)
    except StepError as error:
        demand(error.category is Category.UNAVAILABLE, f"a silent host is {error.category}, not unavailable")
    else:
        demand(seen == "unknown", f"the power of a VM on a silent host is seen {seen}")


def half_a_list_is_no_list(bench: VirtualizationBench) -> None:
    """When an answer is late, half or doubled, no VM is missing in the list, and none is off that runs."""

    def two() -> SimulatedWorld:
        world = bench.made()
        other = replace(bench, vm=replace(bench.vm, name=f"{bench.vm.name}-other", nics=(), disks=()), disks=())
        carry_all((*other.define(), *bench.on()), world)
        return world

    def look(world: SimulatedWorld) -> object:
        power = bench.driver.observe_power(world, bench.resource)
        return {name: facts.power for name, facts in bench.listed(world).items()}, power if power != "unknown" else "on"

    demand_honest_look(look, two, "two VMs are listed")


def snapshots_bring_back(bench: VirtualizationBench) -> None:
    """A snapshot of a VM that was off makes it off again; each is listed until it is removed, and then no more."""
    driver = bench.snapshots()
    if driver is None:
        return
    world, name, vm = bench.made(), bench.host.name, bench.vm

    def listed() -> list[tuple[str, bool]]:
        return [(each.name, each.has_memory) for each in driver.list_snapshots(world, bench.host, vm.name)]

    carry_all(driver.plan_snapshot(name, vm, bench.disks, "clean", "1"), world)
    carry_all((*bench.on(), *driver.plan_snapshot(name, vm, bench.disks, "before", "2")), world)
    demand(listed() == [("clean", False), ("before", True)], f"of a snapshot off and one on it lists {listed()}")
    for wanted, other, power in (("clean", "before", "off"), ("before", "clean", "on")):
        carry_all(driver.plan_revert(name, vm, bench.disks, wanted, other), world)
        seen = bench.driver.observe_power(world, bench.resource)
        demand(seen == power, f"set back to snapshot {wanted} the VM is {seen}, not {power}")
    carry_all(driver.plan_remove_snapshot(name, vm, "clean"), world)
    demand(listed() == [("before", True)], f"after one was removed it lists {listed()}")
    demand(bench.driver.observe_power(world, bench.resource) == "on", "removing a snapshot changed the VM")


def an_older_snapshot_is_no_new_one(bench: VirtualizationBench) -> None:
    """One of the same name that is there already is a conflict: nobody is told that the present was kept."""
    driver = bench.snapshots()
    if driver is None:
        return
    world, name, vm = bench.made(), bench.host.name, bench.vm
    carry_all(driver.plan_snapshot(name, vm, bench.disks, "clean", "1"), world)
    try:
        carry_all(driver.plan_snapshot(name, vm, bench.disks, "clean", "2"), world)
    except StepError as error:
        demand(error.category is Category.CONFLICT, f"an older snapshot of that name is {error.category}")
    else:
        demand(False, "an older snapshot of the same name is taken for the new one")


VIRTUALIZATION_RULES = (
    all_plans_are_pure,
    a_vm_lives_and_is_seen,
    other_vms_are_left_alone,
    a_silent_host_is_unknown,
    half_a_list_is_no_list,
    snapshots_bring_back,
    an_older_snapshot_is_no_new_one,
)
