"""A plan: what will be done to the world, as data that can be shown before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable


@dataclass(frozen=True)
class Satisfied:
    """The world is as the action wishes."""

    because: str


@dataclass(frozen=True)
class Differs:
    """The world is not yet so, and `ensure` would change it."""

    because: str


@dataclass(frozen=True)
class NotYet:
    """The world is on its way: look again after `again_s` seconds, or when one of the plan's objects is rung."""

    because: str
    again_s: float = 5.0


Seen = Satisfied | Differs | NotYet


@dataclass(frozen=True)
class Irreversible:
    """There is no way back, for this reason."""

    because: str


@runtime_checkable
class Action(Protocol):
    """A frozen, serialisable wish about the world. `world` is `openqrm.ports.world.World`.

    `touches` names the objects no other plan may have a hand on meanwhile; `inverse` is None when there is nothing
    to undo; `observe` changes nothing; `ensure` is called only when `observe` saw a difference. Where the answer to a
    change says how the world is now, `ensure` returns that, and nobody looks again.

    A class may say two more: `settles_s`, when it asks rather than does (seconds until it is asked again), and
    `inside`, when all that it changes stands in openQRM's own database.
    """

    name: ClassVar[str]

    def describe(self) -> str: ...
    def touches(self) -> tuple[str, ...]: ...
    def inverse(self) -> Action | Irreversible | None: ...
    def observe(self, world: Any) -> Seen: ...
    def ensure(self, world: Any) -> Seen | None: ...


@runtime_checkable
class GoesOn(Protocol):
    """Of actions that leave work behind which goes on by itself: when their plan is given up somebody has to end it."""

    def halt(self, world: Any) -> str | None:
        """The work is ended, and nothing else is changed or taken back. Where none goes on nothing happens.

        Where it may have come to its end before, records are set to how it ended, and that is returned to be told.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Step:
    """One action, why it is there, and after which steps."""

    id: str
    action: Action
    why: str
    needs: tuple[str, ...] = ()
    host: str = ""  # work on one host is bounded
    deadline_s: float = 300.0
    attempts: int = 3  # for busy and unavailable
    optional: bool = False  # its failure is told and does not stop the plan
    notice: str = ""  # what users of the service will notice
    back: Action | None = None  # what takes it back, where its action alone cannot know
    makes_new: bool = False  # found so it is somebody else's: a failure, and not taken for ours

    @property
    def inverse(self) -> Action | Irreversible | None:
        """What takes this step back."""
        return self.back or self.action.inverse()


class OnFailure(StrEnum):
    """What becomes of a plan whose step failed for good."""

    UNDO = "undo"
    HOLD = "hold"


class PlanState(StrEnum):
    """Where a plan is. The last four are ends; stuck waits for an operator."""

    RUNNING = "running"
    STUCK = "stuck"
    DONE = "done"
    UNDONE = "undone"
    ABANDONED = "abandoned"


OPEN_STATES = frozenset({PlanState.RUNNING, PlanState.STUCK})


@dataclass(frozen=True)
class Reversal:
    """The intent that takes a done plan back, as `noun.verb`, and what is said in it."""

    intent: str
    said: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Steps in an order that respects `needs`. `made_from` are the versions of all records it was made from."""

    title: str
    steps: tuple[Step, ...]
    intent: str = ""
    on_failure: OnFailure = OnFailure.UNDO
    locks: tuple[str, ...] = ()  # objects no other plan may touch meanwhile, beside what the steps touch
    shares: tuple[str, ...] = ()  # objects that must stay as they are meanwhile: others may share them, none may touch
    made_from: tuple[tuple[str, int], ...] = ()
    confirm: str = ""  # what must be typed before it may run (data is destroyed, many objects touched)
    topic_done: str = ""  # the event of its success
    about: str = ""  # kind/name
    wish: dict[str, Any] | None = None  # what was said in the intent, without secrets; None: nobody can ask it again
    reversal: Reversal | None = None  # None: once it is done, its steps are taken back one by one
    sealed: tuple[str, ...] = ()  # what the vault was given for this plan alone: forgotten with it when it is undone

    def touches(self) -> tuple[str, ...]:
        """Every object this plan needs for itself, sorted, so that locks are always taken in one order."""
        return tuple(sorted({*self.locks, *(ref for step in self.steps for ref in step.action.touches())}))

    def only_shares(self) -> tuple[str, ...]:
        """Every object that it needs to stay as it is, and does not touch itself; sorted."""
        return tuple(sorted({*self.shares} - {*self.touches()}))


@dataclass(frozen=True, kw_only=True)
class StoredPlan:
    """A plan as the store holds it. `due_s` is when it wants to be driven next (epoch)."""

    id: str
    plan: Plan
    state: PlanState
    asked_by: str
    reason: str
    created_s: float
    finished_s: float = 0.0
    due_s: float = 0.0
    asked_from: str = ""  # the door, and the address at it
    note: str = ""  # why it is stuck, undone or waiting
