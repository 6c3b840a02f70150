"""Each law has a saboteur: a driver that breaks just this, and that the suite catches."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from openqrm.plugin_api import (
    Action,
    Capability,
    Category,
    Differs,
    Irreversible,
    Machine,
    Resource,
    Root,
    Satisfied,
    Seen,
    Step,
    StepError,
    Storage,
    Volume,
    VolumeFacts,
    World,
    run,
)
from openqrm.plugin_api.actions import put, remove
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, LawBroken, SimulatedWorld
from openqrm.plugin_api.testing import storage as rules
from tests.unit.plugin_api.shelf import (
    HINT,
    DropShelf,
    Lend,
    MakeShelf,
    ShelfDriver,
    bench,
    list_shelves,
    shelves_in,
    world,
)

SECRET = "s3cretS3cretS3cr"
law = {int(law.__name__.split("_")[1]): law for law in LAWS}


def secret_world() -> SimulatedWorld:
    made = world()
    made.vault.keep("grant-web", SECRET)
    made.forget_preparation()
    return made


class Untyped(MakeShelf):
    """1: a field whose type does not survive JSON."""

    def inverse(self) -> Any:
        return DropSet("shelf-host", frozenset({"web"}))


@dataclass(frozen=True)
class DropSet(DropShelf):
    name: ClassVar[str] = "shelf.drop-set"
    host: str
    shelf: str | Any = ""


class Looker(MakeShelf):
    """2: makes the shelf while it only ought to look."""

    def observe(self, world: World) -> Seen:
        if "web" not in list_shelves(world, self.host):
            self.ensure(world)
        return Satisfied("the shelf exists")


class Idle(MakeShelf):
    """3: changes nothing."""

    def ensure(self, world: World) -> None:
        list_shelves(world, self.host)


class Grower(Lend):
    """3: a second time adds a second entry."""

    def ensure(self, world: World) -> None:
        run(world.host(self.host), ("shelf", "share", "--", self.shelf, self.address), hint=HINT)


class Forgetful(MakeShelf):
    """4: the inverse does not restore."""

    def inverse(self) -> Any:
        return Lend(self.host, self.shelf, "10.0.0.1", back=True)


class OneWay(MakeShelf):
    """4: no inverse, and no word why."""

    def inverse(self) -> None:
        return None


class Mute(DropShelf):
    """4: no way back, and nothing said."""

    def inverse(self) -> Irreversible:
        return Irreversible("")


class HalfWay(MakeShelf):
    """5: killed between its two effects, it takes the first one for the whole."""

    def ensure(self, world: World) -> None:
        super().ensure(world)
        run(world.host(self.host), ("shelf", "lend", "--", self.shelf, "10.0.0.1"), hint=HINT)


class Moody(MakeShelf):
    """6: says another thing each time."""

    def describe(self) -> str:
        return f"Make shelf {random.random()}"


class Curious(MakeShelf):
    """6: reads a file to describe itself."""

    def describe(self) -> str:
        return f"Make shelf on {Path('/etc/hostname').read_text()}"


class Unlocked(MakeShelf):
    """7: changes a record it does not name."""

    def ensure(self, world: World) -> None:
        super().ensure(world)
        world.records.put(replace(world.records.get(Resource, "shelf-host"), comment="mine"))


class Untouching(MakeShelf):
    """7: changes the world and names nothing."""

    def touches(self) -> tuple[str, ...]:
        return ()


class Rude(MakeShelf):
    """8: fails with whatever Python raises."""

    def ensure(self, world: World) -> None:
        if world.host(self.host).run(("shelf", "make", "--", self.shelf)).status:
            raise ValueError("no")


class Helpless(MakeShelf):
    """8: a refusal without a hint."""

    def ensure(self, world: World) -> None:
        run(world.host(self.host), ("shelf", "make", "--", self.shelf))


class Buggy(MakeShelf):
    """8: calls a refusal a bug."""

    def ensure(self, world: World) -> None:
        if world.host(self.host).run(("shelf", "make", "--", self.shelf)).status:
            raise StepError(Category.BUG, "no", "ask me")


class Swallower(MakeShelf):
    """8: does not look at how its tool ended."""

    def ensure(self, world: World) -> None:
        world.host(self.host).run(("shelf", "make", "--", self.shelf))


class Talker(MakeShelf):
    """9: a secret in the command line."""

    def ensure(self, world: World) -> None:
        super().ensure(world)
        run(world.host(self.host), ("poke", world.vault.reveal("grant-web")), hint=HINT)


class Gossip(MakeShelf):
    """9: a secret in what it says of the world."""

    def observe(self, world: World) -> Seen:
        seen = super().observe(world)
        return seen if isinstance(seen, Satisfied) else Differs(f"no shelf for {world.vault.reveal('grant-web')}")


class Shell(MakeShelf):
    """10: puts a name into a shell's code."""

    def ensure(self, world: World) -> None:
        super().ensure(world)
        run(world.host(self.host), ("sh", "-c", f"logger {self.shelf}"), hint=HINT)


class Optional(MakeShelf):
    """10: a name can be taken for an option."""

    def ensure(self, world: World) -> None:
        run(world.host(self.host), ("poke", self.shelf), hint=HINT)
        super().ensure(world)


class Lines(MakeShelf):
    """10: a name can add a line to a file."""

    def ensure(self, world: World) -> None:
        world.host(self.host).write_file("/etc/shelves", f"shelf {self.shelf}\n".encode())
        super().ensure(world)


class Terse(MakeShelf):
    """11: speaks to nobody."""

    def describe(self) -> str:
        return "make_shelf()"


class Unreasoned(MakeShelf):
    """11: does not say why the world differs."""

    def observe(self, world: World) -> Seen:
        seen = super().observe(world)
        return seen if isinstance(seen, Satisfied) else Differs("")


class Boaster(MakeShelf):
    """12: is satisfied before anything was done."""

    def observe(self, world: World) -> Seen:
        return Satisfied("all is well")


class Impatient(MakeShelf):
    """13: takes the time that is up for a refusal, and makes another one."""

    def ensure(self, world: World) -> None:
        try:
            super().ensure(world)
        except StepError as error:
            if error.category is Category.UNAVAILABLE:
                run(world.host(self.host), ("shelf", "make", "--", f"{self.shelf}-again"), hint=HINT)


@dataclass(frozen=True)
class Credulous(DropShelf):
    """13: takes half a list for the whole one."""

    name: ClassVar[str] = "shelf.drop-credulous"

    def observe(self, world: World) -> Seen:
        lines = run(world.host(self.host), ("shelf", "list"), hint=HINT).splitlines()[1:]
        return Differs("the shelf exists") if self.shelf in shelves_in(lines) else Satisfied("there is no such shelf")


MAKERS = [
    (1, Untyped), (2, Looker), (3, Idle), (4, Forgetful), (4, OneWay), (5, HalfWay), (6, Moody), (6, Curious),
    (7, Unlocked), (7, Untouching), (8, Rude), (8, Helpless), (8, Buggy), (8, Swallower), (9, Talker), (9, Gossip),
    (10, Shell), (10, Optional), (10, Lines), (11, Terse), (11, Unreasoned), (12, Boaster), (13, Impatient),
]  # fmt: skip


@pytest.mark.parametrize(("number", "saboteur"), MAKERS, ids=lambda p: getattr(p, "__name__", None))
def test_a_saboteur_is_caught_by_its_law(number: int, saboteur: type[MakeShelf]) -> None:
    with pytest.raises(LawBroken):
        law[number](Case(saboteur.__name__, saboteur("shelf-host", "web"), secret_world))


def made_world() -> SimulatedWorld:
    made = secret_world()
    MakeShelf("shelf-host", "web").ensure(made)
    made.forget_preparation()
    return made


SABOTEURS_OF_MADE: list[tuple[int, Action]] = [
    (3, Grower("shelf-host", "web", "10.0.0.1")),
    (4, Mute("shelf-host", "web")),
    (13, Credulous("shelf-host", "web")),
]


@pytest.mark.parametrize(("number", "action"), SABOTEURS_OF_MADE, ids=lambda p: type(p).__name__)
def test_a_saboteur_of_what_exists_is_caught(number: int, action: Action) -> None:
    with pytest.raises(LawBroken):
        law[number](Case("made", action, made_world))


def test_an_older_journal_that_does_not_load_is_caught() -> None:
    older = '{"action": "shelf.make", "args": {"host": "shelf-host", "name": "web"}}'
    with pytest.raises(Exception, match="shelf"):
        law[1](Case("old", MakeShelf("shelf-host", "web"), world, older=(older,)))


def test_every_law_has_a_saboteur() -> None:
    assert {number for number, _ in (*MAKERS, *SABOTEURS_OF_MADE)} == {*law} == {*range(1, 14)}


class Random(ShelfDriver):
    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return tuple(replace(s, why=f"because of {random.random()}") for s in super().plan_create(storage, volume))


class Nameless(ShelfDriver):
    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        return tuple(replace(s, id="grant") for s in super().plan_grant(storage, volume, machine, secret))


class Blind(ShelfDriver):
    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        return []


class Believer(ShelfDriver):
    """Takes half a list for the whole one."""

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        lines = run(world.host(storage.resource), ("shelf", "list"), hint=HINT).splitlines()[1:]
        return [VolumeFacts(name=name, size_mib=64) for name in shelves_in(lines)]


class Remaking(ShelfDriver):
    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        lend = Lend(storage.resource, volume.name, "10.0.0.99", back=False)
        again = Step(id=f"create-lend-{volume.name}", action=lend, why="it wants to be lent")
        back = Step(id=f"create-back-{volume.name}", action=replace(lend, back=True), why="and back again")
        return (*super().plan_create(storage, volume), again, back)


class Adopter(ShelfDriver):
    """Takes what somebody else made for its own."""

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return tuple(replace(step, makes_new=False) for step in super().plan_create(storage, volume))


class Guesser(ShelfDriver):
    """Writes down a volume without a look at what is there."""

    def plan_adopt(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        note = put(replace(volume, id=0), None, "Write it down")
        return (Step(id=f"adopt-{volume.name}", action=note, why="it was asked for", makes_new=True),)

    def plan_forget(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return (Step(id=f"forget-{volume.name}", action=remove(volume, "Forget it"), why="it was asked for"),)


class Misjudger(Guesser):
    """Guesses its size, too."""

    def plan_adopt(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return super().plan_adopt(storage, replace(volume, size_mib=1))


class Keeper(ShelfDriver):
    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        other = replace(machine, address="10.9.9.9")
        return super().plan_revoke(storage, volume, other, secret)


class Sharer(ShelfDriver):
    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        grown = Grower(storage.resource, volume.name, machine.address)
        return (Step(id=f"grant-{volume.name}", action=grown, why="let it write too"),)


@dataclass(frozen=True)
class DropAlike(DropShelf):
    name: ClassVar[str] = "shelf.drop-alike"

    def ensure(self, world: World) -> None:
        for shelf in list_shelves(world, self.host):
            if shelf.startswith(self.shelf):
                run(world.host(self.host), ("shelf", "drop", "--", shelf), hint=HINT)


class Sweeper(ShelfDriver):
    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        action = DropAlike(storage.resource, volume.name)
        return (Step(id=f"remove-{volume.name}", action=action, why="it was asked for"),)


class Stranger(ShelfDriver):
    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        return Root(type="unknown", facts=())


class Pretender(ShelfDriver):
    def __init__(self) -> None:
        super().__init__(frozenset({Capability.RESIZE}))


class Cloner(ShelfDriver):
    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return super().plan_create(storage, replace(volume, source=""))


class Emptier(ShelfDriver):
    """Says that it keeps what was removed, and restores an empty one."""

    def plan_restore(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return super().plan_create(storage, volume)

    def plan_purge(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return super().plan_remove(storage, volume)

    def keep_s(self, storage: Storage) -> float:
        return 60.0


class Finder(Emptier):
    """Brings back what others made since."""

    def plan_restore(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return tuple(replace(step, makes_new=False) for step in super().plan_restore(storage, volume))


class Lender(ShelfDriver):
    """Lends for writing."""

    def __init__(self) -> None:
        super().__init__(frozenset({Capability.TRANSFER}))

    def plan_lend(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        shared = Grower(storage.resource, volume.name, machine.address)
        return (Step(id=f"lend-{volume.name}", action=shared, why="it copies from it"),)

    def plan_reclaim(self, storage: Storage, volume: Volume, machine: Machine) -> tuple[Step, ...]:
        return super().plan_revoke(storage, volume, machine, "")


class Unasked(Lender):
    """Lends, and does not say that it can."""

    def __init__(self) -> None:
        ShelfDriver.__init__(self)


class Promiser(ShelfDriver):
    """Says that it can lend, and cannot."""

    def __init__(self) -> None:
        super().__init__(frozenset({Capability.TRANSFER}))


class Filler(ShelfDriver):
    """Says that it fills from archives, and plans nothing."""

    def fills_from(self, storage: Storage) -> frozenset[Content]:
        return frozenset({Content.FILES})

    def plan_fill(self, storage: Storage, volume: Volume, source: str, sha256: str) -> tuple[Step, ...]:
        return ()


DRIVERS: list[tuple[Callable[..., None], type[ShelfDriver]]] = [
    (rules.plans_are_pure, Random), (rules.plans_are_pure, Nameless),
    (rules.a_volume_is_listed_while_it_exists, Blind),
    (rules.half_a_list_is_no_list, Believer), (rules.what_was_there_is_not_made_again, Remaking),
    (rules.what_was_there_is_not_made_again, Adopter),
    (rules.what_it_did_not_make_can_be_adopted, Guesser), (rules.what_it_did_not_make_can_be_adopted, Misjudger),
    (rules.what_somebody_uses_is_not_adopted, Guesser),
    (rules.a_grant_lets_one_machine_write, Keeper), (rules.there_is_one_writer, Sharer),
    (rules.other_volumes_are_left_alone, Sweeper), (rules.the_root_is_public, Stranger),
    (rules.capabilities_are_honest, Pretender), (rules.capabilities_are_honest, Cloner),
    (rules.what_was_removed_can_be_had_back, Emptier), (rules.what_was_removed_can_be_had_back, Finder),
    (rules.a_loan_is_for_reading, Lender),
    (rules.a_loan_is_for_reading, Unasked), (rules.a_loan_is_for_reading, Promiser),
    (rules.what_it_fills_from_is_planned, Filler),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "driver"), DRIVERS, ids=lambda p: p.__name__)
def test_a_sabotaged_driver_is_caught(rule: Callable[..., None], driver: type[ShelfDriver]) -> None:
    with pytest.raises(LawBroken):
        rule(bench(driver()))


def test_every_rule_has_a_saboteur() -> None:
    assert {rule for rule, _ in DRIVERS} == {*STORAGE_RULES}
