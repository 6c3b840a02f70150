"""Bounds how many machines that nobody knows become resources by themselves: an inventory is quickly invented.

Nobody takes more than is left for the others: one address that invents machines does not keep honest ones out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from openqrm.boot.events import event
from openqrm.domain.errors import Category, StepError
from openqrm.domain.event import Event, Severity
from openqrm.domain.resource import SELF
from openqrm.ports.boot import Machines

RECOUNT_S = 10.0
MINUTE_S = 60.0
MOST_PEERS = 10_000


class Newcomers:
    """Asked by the boot writer's thread alone. Other processes on one database are seen with the next count."""

    def __init__(self, most: int, a_minute: int) -> None:
        self._most, self._a_minute = most, a_minute
        self._room, self._at_s = float(a_minute), 0.0
        self._count, self._counted_s = 0, 0.0
        self._lately: dict[str, float] = {}  # peer → how many it brought, of which ever fewer count as time goes by
        self._ever = Counter[str]()  # peer → how many it brought

    def turn_away(self, machines: Machines, peers: Mapping[str, str], now_s: float) -> dict[str, StepError]:
        """Of these machines, by name with the address they ask from, the new ones that find no room, and why not."""
        new = machines.find_strangers(list(peers))
        if not new:
            return {}
        self._look(machines, now_s)
        late: dict[str, bool] = {}
        for name in (each for each in peers if each in new):
            if self._is_full_for(peers[name]):
                late[name] = True
            elif int(self._room) <= self._lately.get(peers[name], 0.0):
                late[name] = False
            else:
                self._take(peers[name])
        if late:
            machines.emit([self._told(too_many=any(late.values()))])
        return {name: _refusal(too_many) for name, too_many in late.items()}

    def _is_full_for(self, peer: str) -> bool:
        return self._most - self._count <= self._ever[peer]

    def _take(self, peer: str) -> None:
        self._room -= 1
        self._count += 1
        self._lately[peer] = self._lately.get(peer, 0.0) + 1
        if len(self._ever) >= MOST_PEERS:
            self._ever.clear()
        self._ever[peer] += 1

    def _look(self, machines: Machines, now_s: float) -> None:
        gone_s = max(0.0, now_s - self._at_s)
        self._room, self._at_s = min(self._a_minute, self._room + gone_s * self._a_minute / MINUTE_S), now_s
        faded = math.exp(-gone_s / MINUTE_S)
        # who brought few, and long ago, is forgotten: what is kept is bounded by the rate
        self._lately = {peer: count * faded for peer, count in self._lately.items() if count * faded > 0.5}
        if now_s - self._counted_s > RECOUNT_S:
            self._count, self._counted_s = machines.count_newcomers(), now_s

    def _told(self, *, too_many: bool) -> Event:
        """As good as always the same, so that a flood of machines is no flood of events."""
        if too_many:
            text = (
                f"Too many machines that nobody has touched since are registered (at most {self._most}): new ones are "
                "turned away. Remove those that are none of yours, or raise the setting newcomers"
            )
        else:
            text = (
                f"More than {self._a_minute} new machines a minute want to register: the rest has to wait. Unless you "
                "have just switched them on, somebody invents them: look what is on the boot network"
            )
        return event("resource.turned-away", SELF, Severity.WARNING, text + self._from_whom())

    def _from_whom(self) -> str:
        """Where one address brought more than half of the newest."""
        peer = max(self._lately, key=lambda each: self._lately[each], default="")
        return f". Most come from {peer}" if self._lately.get(peer, 0.0) * 2 > sum(self._lately.values()) else ""


def _refusal(too_many: bool) -> StepError:
    if too_many:
        hint = "An operator has to remove machines, or to raise the setting newcomers."
        return StepError(Category.BUSY, "there are too many machines that nobody has touched yet", hint)
    return StepError(Category.BUSY, "too many new machines register at once", "Ask again in a while.")
