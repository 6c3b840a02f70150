"""What every storage driver keeps, beside the laws for its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from zlib import crc32

from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.plan import Satisfied, Step
from openqrm.domain.storage import Storage, Volume
from openqrm.plugin_api.adopting import AdoptsVolumes
from openqrm.plugin_api.drivers import (
    Capability,
    KeepsRemoved,
    Machine,
    ResizesVolumes,
    StorageDriver,
    TransferDriver,
    capabilities_of,
)
from openqrm.plugin_api.filling import FillsVolumes
from openqrm.plugin_api.testing.bench import carry_all, demand_pure_plan
from openqrm.plugin_api.testing.case import Case, LawBroken, carry_through, cases_of, demand, demand_same
from openqrm.plugin_api.testing.gate import Crash
from openqrm.plugin_api.testing.law_of_faults import demand_honest_look
from openqrm.plugin_api.testing.world import SimulatedWorld

SECRET = "grant-web"
FIRST = Machine(resource="blade1", mac="52:54:00:00:00:01", address="10.0.0.11")
SECOND = Machine(resource="blade2", mac="52:54:00:00:00:02", address="10.0.0.12")
THIRD = Machine(resource="blade3", mac="52:54:00:00:00:03", address="10.0.0.13")
OPTIONAL_METHODS = {
    "plan_resize": Capability.RESIZE,
    "plan_restore": Capability.RESTORE,
    "plan_purge": Capability.RESTORE,
}


def nobody_reads(_world: SimulatedWorld, _volume: str) -> frozenset[str]:
    """Where nothing is lent."""
    return frozenset()


@dataclass(frozen=True)
class StorageBench:
    """A driver, its storage, and a fresh simulated world at each call of `world`.

    `writers(world, volume)` asks the simulator which machines' addresses may write it now. `root_types` are the ones
    of the manifest. `readers` asks who may read it, writers included; a storage that lends has to have it. Volumes are
    filled from `source`, or not at all: a real storage has no such file.
    """

    driver: StorageDriver
    storage: Storage
    world: Callable[[], SimulatedWorld]
    writers: Callable[[SimulatedWorld, str], frozenset[str]]
    root_types: tuple[str, ...]
    readers: Callable[[SimulatedWorld, str], frozenset[str]] = nobody_reads
    source: str = "/srv/what's found"

    def volume(self, name: str = "web", **changes: str) -> Volume:
        made = Volume(name=name, id=crc32(name.encode()) % 60000 + 1, storage=self.storage.name, size_mib=64)
        return replace(made, **changes)  # type: ignore[arg-type] # all are texts

    def create(self, name: str = "web") -> tuple[Step, ...]:
        return self.driver.plan_create(self.storage, self.volume(name))

    def grant(self, machine: Machine = FIRST, name: str = "web") -> tuple[Step, ...]:
        return self.driver.plan_grant(self.storage, self.volume(name), machine, SECRET)

    def revoke(self, machine: Machine = FIRST, name: str = "web") -> tuple[Step, ...]:
        return self.driver.plan_revoke(self.storage, self.volume(name), machine, SECRET)

    def remove(self, name: str = "web") -> tuple[Step, ...]:
        return self.driver.plan_remove(self.storage, self.volume(name))

    def prepared(self, *steps: Step) -> SimulatedWorld:
        """A world with a secret for the grant in its vault, in which these steps were done."""
        world = self.world()
        world.vault.keep(SECRET, "s3cretS3cretS3cr")
        carry_all(steps, world)
        return world

    def names(self, world: SimulatedWorld) -> frozenset[str]:
        return frozenset(facts.name for facts in self.driver.list_volumes(world, self.storage))

    def cases(self) -> list[Case]:
        """Every step of a volume's life, for the laws."""
        life = (*self.create(), *self.grant(), *self.revoke(), *self.remove())
        return cases_of(self._title, life, self.prepared)

    def optional_cases(self) -> list[Case]:
        """What it can beside that: be filled, loan, clone, a bigger size, the way back from a removal, the end."""
        driver, storage, volume = self.driver, self.storage, self.volume()
        life: tuple[Step, ...] = self.create()
        if self.source and isinstance(driver, FillsVolumes) and driver.fills_from(storage):
            life = (*life, *driver.plan_fill(storage, volume, self.source, "0" * 64))
        if isinstance(driver, TransferDriver) and Capability.TRANSFER in self.capabilities:
            life = (*life, *driver.plan_lend(storage, volume, SECOND), *driver.plan_reclaim(storage, volume, SECOND))
        if Capability.CLONE in self.capabilities:
            life = (*life, *driver.plan_create(storage, self.volume("db", source="web")))
        if isinstance(driver, ResizesVolumes) and Capability.RESIZE in self.capabilities:
            life = (*life, *driver.plan_resize(storage, volume, 2 * volume.size_mib))
        if isinstance(driver, KeepsRemoved):
            again = (replace(step, id=f"again-{step.id}") for step in self.remove())
            life = (*life, *self.remove(), *driver.plan_restore(storage, volume), *again)
            life = (*life, *driver.plan_purge(storage, volume))
        cases = cases_of(f"{self._title} more", life, self.prepared)
        if isinstance(driver, AdoptsVolumes):
            found = (*driver.plan_adopt(storage, volume), *driver.plan_forget(storage, volume))
            cases += cases_of(f"{self._title} found", found, partial(self.foreign, driver))
        return cases

    def foreign(self, driver: AdoptsVolumes) -> SimulatedWorld:
        """A world whose storage holds a volume that nobody knows of."""
        return self.prepared(*self.create(), *driver.plan_forget(self.storage, self.volume()))

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Of the driver on this storage."""
        return capabilities_of(self.driver, self.storage)

    @property
    def _title(self) -> str:
        return f"{self.storage.type} {self.storage.name}"


def plans_are_pure(bench: StorageBench) -> None:
    """Each plan is the same twice, contacts nothing, and its ids name verb and volume."""
    for verb in ("create", "grant", "revoke", "remove"):
        plan: Callable[[], tuple[Step, ...]] = getattr(bench, verb)
        steps = demand_pure_plan(plan, f"plan_{verb}")
        demand(steps, f"plan_{verb} has no steps")
        demand(all("web" in step.id for step in steps), f"plan_{verb}: a step's id does not name its volume")
    life = (*bench.create(), *bench.grant(), *bench.revoke(), *bench.remove())
    demand(len({step.id for step in life}) == len(life), "the ids of two plans of one volume are the same")


def a_volume_is_listed_while_it_exists(bench: StorageBench) -> None:
    """Created it is listed with its size, removed it is not."""
    world = bench.prepared(*bench.create())
    listed = {facts.name: facts for facts in bench.driver.list_volumes(world, bench.storage)}
    demand("web" in listed, f"volume web was created and is not listed: {sorted(listed)}")
    carry_all(bench.remove(), world)
    demand("web" not in bench.names(world), "volume web was removed and is still listed")


def half_a_list_is_no_list(bench: StorageBench) -> None:
    """When an answer is late, half or doubled, no volume is missing in the list: there is none, or it is whole."""
    world = partial(bench.prepared, *bench.create(), *bench.create("db"), *bench.grant())
    demand_honest_look(bench.names, world, "two volumes are listed")


def what_was_there_is_not_made_again(bench: StorageBench) -> None:
    """Creating a volume that exists finds it, or refuses; it changes nothing, and does not take it for its own."""
    world = bench.prepared(*bench.create())
    before = world.state()
    demand(
        bench.create()[0].makes_new,
        "what others made under its name would be taken for the volume: the step does not say makes_new",
    )
    for step in bench.create():
        try:
            seen = step.action.observe(world)
        except StepError:
            continue
        demand(isinstance(seen, Satisfied), f"the volume exists, yet step {step.id} would change it: {seen}")
    demand_same(before, world.state(), "creating it again changed something")


def what_it_did_not_make_can_be_adopted(bench: StorageBench) -> None:
    """Adopted it has a record with its size, forgotten all is as before; what is not there is refused."""
    driver, storage, volume = bench.driver, bench.storage, bench.volume()
    if not isinstance(driver, AdoptsVolumes):
        return
    adopt, forget = (demand_pure_plan(partial(plan, storage, volume), plan.__name__) for plan in _adopting(driver))
    demand(adopt[0].makes_new, "a volume of another's making would be taken for adopted: the step says no makes_new")
    world = bench.foreign(driver)
    before, sizes = world.state(), {each.name: each.size_mib for each in driver.list_volumes(world, storage)}
    carry_all(adopt, world)
    found = world.records.find(Volume, "web")
    noted = (found.storage, found.size_mib) if found else None
    demand(noted == (storage.name, sizes["web"]), f"adopted it has {sizes['web']} MiB, and its record says {noted}")
    carry_all(forget, world)
    demand("web" in bench.names(world), "volume web was forgotten, and is not there any more")
    demand_same(before, world.state(), "adopted and forgotten it is not as before")
    _demand_refused(adopt, bench.prepared(), "there is no volume web, and it is adopted all the same")


def what_somebody_uses_is_not_adopted(bench: StorageBench) -> None:
    """A volume that a machine can reach is refused, and stays as it is."""
    if isinstance(bench.driver, AdoptsVolumes):
        adopt = bench.driver.plan_adopt(bench.storage, bench.volume())
        used = bench.prepared(*bench.create(), *bench.grant())
        _demand_refused(adopt, used, "a machine writes volume web, and it is adopted all the same")


def _adopting(driver: AdoptsVolumes) -> tuple[Callable[[Storage, Volume], tuple[Step, ...]], ...]:
    return driver.plan_adopt, driver.plan_forget


def _demand_refused(steps: tuple[Step, ...], world: SimulatedWorld, sentence: str) -> None:
    before = world.state()
    try:
        carry_all(steps, world)
    except StepError:
        demand_same(before, world.state(), "what is refused changed something")
    else:
        demand(False, sentence)


def a_grant_lets_one_machine_write(bench: StorageBench) -> None:
    """Nobody before the grant, this machine alone after it, nobody after its end."""
    world = bench.prepared(*bench.create())
    demand(not bench.writers(world, "web"), "somebody may write before any grant")
    carry_all(bench.grant(), world)
    demand(bench.writers(world, "web") == {FIRST.address}, f"granted, {bench.writers(world, 'web')} may write")
    carry_all(bench.revoke(), world)
    demand(not bench.writers(world, "web"), f"revoked, {bench.writers(world, 'web')} may still write")


def there_is_one_writer(bench: StorageBench) -> None:
    """A second grant is refused or takes the first one's place: at no effect, crash included, are there two."""
    points = _second_grant(bench, None)
    for point in range(points):
        _second_grant(bench, point)


def _second_grant(bench: StorageBench, crash_at: int | None) -> int:
    world = bench.prepared(*bench.create(), *bench.grant())
    world.gate.points, world.gate.crash_at = 0, crash_at
    try:
        for step in bench.grant(SECOND):
            carry_through(step.action, world)
            _demand_one_writer(bench, world)
    except StepError:
        pass
    except Crash:
        world.gate.revive()
    _demand_one_writer(bench, world)
    return world.gate.points


def _demand_one_writer(bench: StorageBench, world: SimulatedWorld) -> None:
    writers = bench.writers(world, "web")
    demand(len(writers) <= 1, f"two machines may write one volume: {sorted(writers)}")


def other_volumes_are_left_alone(bench: StorageBench) -> None:
    """The life of one volume changes nothing for another, nor for the machine that writes that one."""
    for other in ("webmail", "we"):
        world = bench.prepared(*bench.create(other), *bench.grant(SECOND, other))
        for steps in (bench.create(), bench.grant(), bench.revoke(), bench.remove()):
            carry_all(steps, world)
            demand(other in bench.names(world), f"volume {other} is gone after {steps[-1].id}")
            demand(bench.writers(world, other) == {SECOND.address}, f"{other} lost its writer by {steps[-1].id}")


def the_root_is_public(bench: StorageBench) -> None:
    """`root` is pure, of a type that the plugin's initrd has, and refers to secrets instead of telling them."""
    bench.prepared()
    root = bench.driver.root(bench.storage, bench.volume(), "10.0.0.2", SECRET)
    demand(root == bench.driver.root(bench.storage, bench.volume(), "10.0.0.2", SECRET), "root is another each time")
    demand(root.type in bench.root_types, f"root type {root.type} is not one of the manifest: {bench.root_types}")
    for key, value in root.facts:
        demand(value.isprintable() and " " not in value, f"root fact {key} does not fit on a kernel line: {value!r}")
        demand(not key.startswith("root_"), f"root fact {key}: the boot door puts root_ before it")


def capabilities_are_honest(bench: StorageBench) -> None:
    """What it says it can do it plans; what it does not say it refuses as unsupported while planning."""
    driver, clone = bench.driver, bench.volume(source="golden")
    if Capability.CLONE in bench.capabilities:
        world = bench.prepared(*bench.create("golden"), *driver.plan_create(bench.storage, clone))
        demand({"golden", "web"} <= bench.names(world), "a clone was planned and made, and is not listed")
    else:
        try:
            driver.plan_create(bench.storage, clone)
        except PlanningError as error:
            demand(error.category is Category.UNSUPPORTED, f"a clone is refused as {error.category}, not unsupported")
        else:
            demand(False, "clone is no capability of it, yet it plans one")
    for method, capability in OPTIONAL_METHODS.items():
        said, has = capability in driver.capabilities, hasattr(driver, method)
        demand(
            said == has, f"{capability} is {'said' if said else 'not said'}, {method} is {'' if has else 'not '}there"
        )


def what_was_removed_can_be_had_back(bench: StorageBench) -> None:
    """Restored it is listed as before; purged it is gone; and purging does not touch one that is in use."""
    driver, storage, volume = bench.driver, bench.storage, bench.volume()
    if not isinstance(driver, KeepsRemoved):
        return
    world = bench.prepared(*bench.create(), *bench.remove())
    demand(
        driver.plan_restore(storage, volume)[0].makes_new,
        "what others made under its name since would be taken for the volume: the step does not say makes_new",
    )
    carry_all(driver.plan_restore(storage, volume), world)
    demand("web" in bench.names(world), "volume web was restored and is not listed")
    carry_all(driver.plan_purge(storage, volume), world)
    demand("web" in bench.names(world), "what was removed once was purged, and with it the volume in use")
    carry_all(bench.remove(), world)
    carry_all(driver.plan_purge(storage, volume), world)
    try:
        carry_all(driver.plan_restore(storage, volume), world)
    except (StepError, LawBroken):
        return
    demand(False, "volume web was purged, and restored all the same")


def a_loan_is_for_reading(bench: StorageBench) -> None:
    """A borrower reads beside the writer and other borrowers until its loan ends; who cannot lend plans no loan."""
    driver, storage, volume = bench.driver, bench.storage, bench.volume()
    if not isinstance(driver, TransferDriver) or Capability.TRANSFER not in bench.capabilities:
        _demand_no_loan(bench)
        return
    world = bench.prepared(*bench.create(), *bench.grant())
    for borrower in (SECOND, THIRD):
        carry_all(driver.plan_lend(storage, volume, borrower), world)
    _demand_loans(bench, world, FIRST, SECOND, THIRD)
    carry_all(driver.plan_reclaim(storage, volume, SECOND), world)
    _demand_loans(bench, world, FIRST, THIRD)
    carry_all(bench.revoke(), world)
    demand(bench.readers(world, "web") == {THIRD.address}, "the end of the grant is not the end of a loan")
    carry_all(driver.plan_reclaim(storage, volume, THIRD), world)
    demand(not bench.readers(world, "web"), f"all is reclaimed, and {bench.readers(world, 'web')} may read")


def _demand_loans(bench: StorageBench, world: SimulatedWorld, writer: Machine, *borrowers: Machine) -> None:
    reading, writing = bench.readers(world, "web"), bench.writers(world, "web")
    wanted = {machine.address for machine in (writer, *borrowers)}
    demand(reading == wanted, f"{sorted(reading)} may read, not {sorted(wanted)}")
    demand(writing == {writer.address}, f"lent for reading, and {sorted(writing)} may write")


def _demand_no_loan(bench: StorageBench) -> None:
    demand(Capability.TRANSFER not in bench.capabilities, "transfer is a capability of it, yet it cannot lend")
    if not isinstance(bench.driver, TransferDriver):
        return
    try:
        bench.driver.plan_lend(bench.storage, bench.volume(), SECOND)
    except PlanningError as error:
        demand(error.category is Category.UNSUPPORTED, f"a loan is refused as {error.category}, not unsupported")
    else:
        demand(False, "transfer is no capability of it, yet it plans a loan")


def what_it_fills_from_is_planned(bench: StorageBench) -> None:
    """From all that it takes it plans, purely, steps that name the volume."""
    driver, storage, volume = bench.driver, bench.storage, bench.volume()
    for content in driver.fills_from(storage) if isinstance(driver, FillsVolumes) else ():
        assert isinstance(driver, FillsVolumes)
        steps = demand_pure_plan(partial(driver.plan_fill, storage, volume, "/srv/found", ""), "plan_fill")
        demand(steps, f"it fills from {content}, and plan_fill has no steps")
        demand(all("web" in step.id for step in steps), "plan_fill: a step's id does not name its volume")


STORAGE_RULES = (
    plans_are_pure,
    a_volume_is_listed_while_it_exists,
    half_a_list_is_no_list,
    what_was_there_is_not_made_again,
    what_it_did_not_make_can_be_adopted,
    what_somebody_uses_is_not_adopted,
    a_grant_lets_one_machine_write,
    there_is_one_writer,
    other_volumes_are_left_alone,
    the_root_is_public,
    capabilities_are_honest,
    what_was_removed_can_be_had_back,
    a_loan_is_for_reading,
    what_it_fills_from_is_planned,
)
