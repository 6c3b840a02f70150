"""Who is told of events, and where it is remembered how far each has been told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from openqrm.domain.event import Event


class Subscriber(Protocol):
    """Told of every event, at least once, in order; it is called again with the same one when it raises."""

    @property
    def name(self) -> str:
        """Unique and lasting: the place in the row of events is kept under it."""
        ...

    def deliver(self, event: Event) -> None:
        """Bounded in time. StepError `unavailable` or `busy`: again later, for as long as it takes."""
        ...


@dataclass(frozen=True)
class Tiding:
    """One telling of an event; an event that is seen again has several. `failures` counts the tries so far."""

    number: int
    event: Event
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class SubscriberState:
    """How far a subscriber has come, and what is in its way."""

    name: str
    waiting: int  # events not delivered yet
    failures: int  # in a row, of the next event
    skipped: int  # given up, since it was first seen
    due_s: float
    last_error: str


class Feed(Protocol):
    """The row of tidings and each subscriber's place in it. Every call is durable when it returns."""

    def join(self, name: str) -> None:
        """A new subscriber is told what happens from now on; a known one goes on where it was."""
        ...

    def take(self, name: str, now_s: float, hold_s: float, limit: int) -> Sequence[Tiding]:
        """What comes next, held for this process; empty when nothing does, it is not due, or another holds it."""
        ...

    def delivered(self, name: str, number: int) -> None:
        """All tidings up to this one were."""
        ...

    def failed(self, name: str, error: str, due_s: float) -> None:
        """The next one was not; it is due again then."""
        ...

    def skipped(self, name: str, number: int) -> None:
        """This one was given up."""
        ...

    def release(self, name: str) -> None:
        """Let others take."""
        ...

    def states(self) -> list[SubscriberState]:
        """Of all subscribers, by name."""
        ...
