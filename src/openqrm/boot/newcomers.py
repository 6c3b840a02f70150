"""Bounds how many machines that nobody knows become resources by themselves: an inventory is quickly invented."""

from __future__ import annotations

from collections.abc import Sequence

from openqrm.boot.events import event
from openqrm.domain.errors import Category, StepError
from openqrm.domain.event import Event, Severity
from openqrm.domain.resource import SELF
from openqrm.ports.boot import Machines

RECOUNT_S = 10.0


class Newcomers:
    """Asked by the boot writer's thread alone. Other processes on one database are seen with the next count."""

    def __init__(self, most: int, a_minute: int) -> None:
        self._most, self._a_minute = most, a_minute
        self._room, self._at_s = float(a_minute), 0.0
        self._count, self._counted_s = 0, 0.0

    def turn_away(self, machines: Machines, names: Sequence[str], now_s: float) -> dict[str, StepError]:
        """Those of these who are new and for whom there is no room, with the refusal. Whom anybody knows may pass."""
        new = machines.find_strangers(names)
        if not new:
            return {}
        self._look(machines, now_s)
        free = max(0, min(int(self._room), self._most - self._count))
        passed = min(free, len(new))
        self._room -= passed
        self._count += passed
        late = [name for name in names if name in new][passed:]
        if not late:
            return {}
        too_many = self._count >= self._most
        machines.emit([self._told(too_many)])
        return dict.fromkeys(late, _refusal(too_many))

    def _look(self, machines: Machines, now_s: float) -> None:
        gone_s = max(0.0, now_s - self._at_s)
        self._room, self._at_s = min(self._a_minute, self._room + gone_s * self._a_minute / 60), now_s
        if now_s - self._counted_s > RECOUNT_S:
            self._count, self._counted_s = machines.count_newcomers(), now_s

    def _told(self, too_many: bool) -> Event:
        """Always the same, so that a flood of machines is no flood of events."""
        if too_many:
            text = f"{self._most} machines that nobody has touched since are registered: new ones are turned away."
            text += " Remove those that are none of yours, or raise the setting newcomers"
        else:
            text = f"More than {self._a_minute} new machines a minute want to register: the rest has to wait."
            text += " Unless you have just switched them on, somebody invents them: look what is on the boot network"
        return event("resource.turned-away", SELF, Severity.WARNING, text)


def _refusal(too_many: bool) -> StepError:
    if too_many:
        hint = "An operator has to remove machines, or to raise the setting newcomers."
        return StepError(Category.BUSY, "there are too many machines that nobody has touched yet", hint)
    return StepError(Category.BUSY, "too many new machines register at once", "Ask again in a while.")
