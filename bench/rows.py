"""A line of the table: what was measured, against which goal, beside which peer."""

from __future__ import annotations

from typing import Literal

import msgspec


class Goal(msgspec.Struct, frozen=True):
    """A bound that the value has to keep."""

    sign: Literal["≤", "≥"]
    bound: float

    def met_by(self, value: float) -> bool:
        """Is the value on the right side?"""
        return value <= self.bound if self.sign == "≤" else value >= self.bound

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One number. A missing value was not to be had, and `note` says why; a row without a goal is there to be seen."""

    name: str
    unit: str
    value: float | None = None
    goal: Goal | None = None
    peer: float | None = None  # the peer's value in the same unit, from the same run
    peer_name: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None when there is no goal. What was not measured is not met."""
        if self.goal is None:
            return None
        return self.value is not None and self.goal.met_by(self.value)


def at_most(bound: float) -> Goal:
    """A goal from above."""
    return Goal("≤", bound)


def at_least(bound: float) -> Goal:
    """A goal from below."""
    return Goal("≥", bound)
