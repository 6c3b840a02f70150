"""Actions on a world of switches, to try the engine on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Irreversible, NotYet, Satisfied, Seen, StepError, World

Act = Callable[[str], None]


class Switches:
    """The world: which switches are on, what happens when one is switched, and which are on their way."""

    def __init__(self) -> None:
        self.on: set[str] = set()
        self.on_their_way: set[str] = set()
        self.failing: dict[str, Category] = {}
        self.on_its_own: set[str] = set()  # are switched by somebody else while we wait
        self.touched: list[str] = []
        self.now = 1000.0

    def now_s(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.on |= self.on_their_way
        self.on_their_way.clear()


@dataclass(frozen=True)
class Switch:
    name: ClassVar[str] = "test.switch"
    switch: str
    to: bool = True
    reversible: bool = True

    def describe(self) -> str:
        return f"Switch {self.switch} {'on' if self.to else 'off'}"

    def touches(self) -> tuple[str, ...]:
        return (f"switch/{self.switch}",)

    def inverse(self) -> Switch | Irreversible:
        return Switch(self.switch, not self.to) if self.reversible else Irreversible("it is glued")

    def observe(self, world: World) -> Seen:
        assert isinstance(world, Switches)
        if self.switch in world.on_their_way:
            return NotYet("it is on its way", 7)
        return Satisfied("it is so") if (self.switch in world.on) is self.to else Differs("it is not so")

    def ensure(self, world: World) -> Seen | None:
        assert isinstance(world, Switches)
        world.touched.append(self.switch)
        if category := world.failing.get(self.switch):
            raise StepError(category, f"{self.switch} does not move", "Oil it.")
        (world.on.add if self.to else world.on.discard)(self.switch)
        return None
