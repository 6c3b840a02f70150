"""A rehearsal without the world: everything obeys, but the one step that is to fail. The engine is the real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Action, Differs, Irreversible, Plan, Satisfied, Seen, Step
from openqrm.engine.rehearsal import Rehearsed, rehearse


@dataclass
class PretendedWorld:
    """What is so, by step; and a clock. Nothing else is there to be touched: pretended actions touch nothing."""

    so: dict[str, bool]
    time_s: float = 0.0

    def now_s(self) -> float:
        """Seconds since the rehearsal began."""
        return self.time_s

    def advance(self, seconds: float) -> None:
        """Time goes by."""
        self.time_s += seconds


@dataclass(frozen=True)
class Pretend:
    """Makes a step so, or not so any more, in the pretended world."""

    name: ClassVar[str] = "openqrm.pretend"
    step: str
    told: str
    so: bool
    way_back: Action | Irreversible | None = field(default=None, compare=False)
    fails: bool = False

    def describe(self) -> str:
        return self.told

    def touches(self) -> tuple[str, ...]:
        return ()

    def inverse(self) -> Action | Irreversible | None:
        return self.way_back

    def observe(self, world: Any) -> Seen:
        return Satisfied(self.told) if world.so[self.step] is self.so else Differs(self.told)

    def ensure(self, world: Any) -> None:
        if self.fails:
            raise StepError(Category.REFUSED, "let us say that it fails", "This is a rehearsal.")
        world.so[self.step] = self.so


def pretend(plan: Plan, so: Mapping[str, bool], failing: str = "") -> Rehearsed:
    """What the engine would do with the plan where the steps are SO already or not, and FAILING goes wrong."""
    steps = tuple(replace(step, action=_pretended(step, step.id == failing), back=None) for step in plan.steps)
    world: Any = PretendedWorld({step.id: so.get(step.id, False) for step in plan.steps})
    return rehearse(replace(plan, steps=steps, sealed=()), world)


def _pretended(step: Step, fails: bool) -> Pretend:
    back = step.inverse
    if not (back is None or isinstance(back, Irreversible)):
        back = Pretend(step.id, back.describe(), so=False)
    return Pretend(step.id, step.action.describe(), so=True, way_back=back, fails=fails)
