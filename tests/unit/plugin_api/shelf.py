"""A small imaginary storage to try the contract suites on: shelves made by `shelf`, lent to one address each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from openqrm.plugin_api import (
    Capability,
    Category,
    Completed,
    Differs,
    Irreversible,
    Machine,
    PlanningError,
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
from openqrm.plugin_api.testing import SimulatedWorld, Simulator, StorageBench, UnknownCommand

HINT = "See the log of the shelf."


class ShelfHost(Simulator):
    """`shelf make|drop -- NAME`, `shelf lend|back -- NAME ADDRESS`, `shelf list`, which begins with their number."""

    def __init__(self) -> None:
        super().__init__()
        self.shelves: dict[str, list[str]] = {}

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("shelf", "list"):
                return Completed(
                    0,
                    f"{len(self.shelves)} shelves\n"
                    + "".join(f"{n} {','.join(a)}\n" for n, a in sorted(self.shelves.items())),
                )
            case ("shelf", "make", "--", name):
                return self._make(name)
            case ("shelf", "drop", "--", name):
                self.shelves.pop(name, None)
            case ("shelf", "lend", "--", name, address) if name in self.shelves:
                self.shelves[name] = [address]
            case ("shelf", "share", "--", name, address) if name in self.shelves:
                self.shelves[name].append(address)
            case ("shelf", "back", "--", name, address) if name in self.shelves:
                self.shelves[name] = [a for a in self.shelves[name] if a != address]
            case ("shelf", *_):
                return Completed(1, "", "no such shelf")
            case ("sh", "-c", _) | ("poke", *_):
                return Completed(0)
            case _:
                raise UnknownCommand(" ".join(argv))
        return Completed(0)

    def _make(self, name: str) -> Completed:
        if name in self.shelves:
            return Completed(1, "", "exists")
        self.shelves[name] = []
        return Completed(0)


def list_shelves(world: World, host: str) -> dict[str, list[str]]:
    out = run(world.host(host), ("shelf", "list"), hint=HINT)
    count, *lines = out.splitlines() or [""]
    if count != f"{len(lines)} shelves" or not out.endswith("\n"):
        raise StepError(Category.UNAVAILABLE, "shelf list was cut off, or answered twice", HINT)
    return shelves_in(lines)


def shelves_in(lines: list[str]) -> dict[str, list[str]]:
    shelves = {}
    for line in lines:
        name, _, lent = line.partition(" ")
        shelves[name] = [a for a in lent.split(",") if a]
    return shelves


@dataclass(frozen=True)
class MakeShelf:
    name: ClassVar[str] = "shelf.make"
    host: str
    shelf: str

    def describe(self) -> str:
        return f"Make shelf {self.shelf} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.shelf}",)

    def inverse(self) -> DropShelf | Irreversible | None:
        return DropShelf(self.host, self.shelf, True)

    def observe(self, world: World) -> Seen:
        if self.shelf in list_shelves(world, self.host):
            return Satisfied("the shelf exists")
        return Differs("there is no such shelf")

    def ensure(self, world: World) -> None:
        run(world.host(self.host), ("shelf", "make", "--", self.shelf), hint=HINT)


@dataclass(frozen=True)
class DropShelf:
    name: ClassVar[str] = "shelf.drop"
    host: str
    shelf: str
    ours: bool = False

    def describe(self) -> str:
        return f"Drop shelf {self.shelf} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.shelf}",)

    def inverse(self) -> Irreversible:
        return Irreversible("what lay on it is gone")

    def observe(self, world: World) -> Seen:
        if self.shelf in list_shelves(world, self.host):
            return Differs("the shelf exists")
        return Satisfied("there is no such shelf")

    def ensure(self, world: World) -> None:
        run(world.host(self.host), ("shelf", "drop", "--", self.shelf), hint=HINT)


@dataclass(frozen=True)
class Lend:
    name: ClassVar[str] = "shelf.lend"
    host: str
    shelf: str
    address: str
    back: bool = False

    def describe(self) -> str:
        return f"{'Take back' if self.back else 'Lend'} shelf {self.shelf} for {self.address}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.shelf}",)

    def inverse(self) -> Lend:
        return replace(self, back=not self.back)

    def observe(self, world: World) -> Seen:
        lent = self.address in list_shelves(world, self.host).get(self.shelf, [])
        if lent is self.back:
            return Differs(f"it is {'' if lent else 'not '}lent to {self.address}")
        return Satisfied(f"it is {'' if lent else 'not '}lent to {self.address}")

    def ensure(self, world: World) -> None:
        verb = "back" if self.back else "lend"
        run(world.host(self.host), ("shelf", verb, "--", self.shelf, self.address), hint=HINT)


@dataclass(frozen=True)
class ShelfDriver:
    capabilities: frozenset[Capability] = field(default_factory=frozenset)

    def plan_create(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        if volume.source:
            raise PlanningError(Category.UNSUPPORTED, "a shelf cannot be cloned", "Make an empty one.")
        action = MakeShelf(storage.resource, volume.name)
        return (Step(id=f"create-{volume.name}", action=action, why="it was asked for", makes_new=True),)

    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        action = DropShelf(storage.resource, volume.name)
        return (Step(id=f"remove-{volume.name}", action=action, why="it was asked for"),)

    def plan_grant(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        action = Lend(storage.resource, volume.name, machine.address)
        return (Step(id=f"grant-{volume.name}", action=action, why="this machine alone may write"),)

    def plan_revoke(self, storage: Storage, volume: Volume, machine: Machine, secret: str) -> tuple[Step, ...]:
        action = Lend(storage.resource, volume.name, machine.address, back=True)
        return (Step(id=f"revoke-{volume.name}", action=action, why="the grant is over"),)

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        return Root(type="shelf", facts=(("where", f"{address}/{volume.name}"),))

    def list_volumes(self, world: World, storage: Storage) -> list[VolumeFacts]:
        return [VolumeFacts(name=name, size_mib=64) for name in list_shelves(world, storage.resource)]


STORAGE = Storage(name="hall", type="shelf", resource="shelf-host")


def writers(world: SimulatedWorld, volume: str) -> frozenset[str]:
    host = world.hosts["shelf-host"]
    assert isinstance(host, ShelfHost)
    return frozenset(host.shelves.get(volume, ()))


def world() -> SimulatedWorld:
    return SimulatedWorld({"shelf-host": ShelfHost()}, given=(Resource(name="shelf-host", address="10.0.0.2"),))


def bench(driver: ShelfDriver) -> StorageBench:
    return StorageBench(driver, STORAGE, world, writers, ("shelf",), writers)
