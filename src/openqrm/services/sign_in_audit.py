"""Events of sign-ins: who came in from where, and who did not. A flood of sign-ins is no flood of events."""

from __future__ import annotations

import threading
from collections import OrderedDict

from openqrm.adapters.database import Database
from openqrm.domain.event import Event, Severity
from openqrm.domain.resource import SELF
from openqrm.ports.world import World

AGAIN_S = 3600.0  # a program that signs in with each request is told of once in this time
MOST_REMEMBERED = 10_000
MOST_A_MINUTE = 60


class SignInAudit:
    """Tells of each user, way and address once an hour; of what goes beyond the bounds it tells nothing."""

    def __init__(self, database: Database, world: World) -> None:
        self._database, self._world = database, world
        self._told: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._minute, self._count = 0, 0
        self._lock = threading.Lock()

    def signed_in(self, user: str, way: str, address: str) -> None:
        """`way`: with a password, with token ci."""
        text = f"{user} signed in with {way} from {address or 'this machine'}"
        self._tell("user.signed-in", ("in", user, way, address), f"user/{user}", Severity.INFO, text, user)

    def refused(self, user: str, address: str, why: str) -> None:
        """`user` is empty when there is no such user: what was typed may be a password."""
        whom = f"as {user} " if user else ""
        text = f"A sign-in {whom}from {address or 'this machine'} was refused: {why}"
        about = f"user/{user}" if user else f"resource/{SELF}"
        self._tell("user.sign-in-refused", ("refused", user, why, address), about, Severity.WARNING, text, "")

    def _tell(self, topic: str, key: tuple[str, ...], about: str, severity: Severity, text: str, user: str) -> None:
        now_s = self._world.now_s()
        if not self._is_due(key, now_s):
            return
        told = Event(
            name="", topic=topic, about=about, severity=severity, text=text, user=user, at_s=now_s, seen_at_s=now_s
        )
        with self._database.transaction() as tx:
            tx.events.emit([told])

    def _is_due(self, key: tuple[str, ...], now_s: float) -> bool:
        with self._lock:
            if now_s - self._told.get(key, float("-inf")) < AGAIN_S:
                return False
            minute = int(now_s // 60)
            self._count = self._count + 1 if minute == self._minute else 1
            self._minute = minute
            if self._count > MOST_A_MINUTE:
                return False
            self._told[key] = now_s
            self._told.move_to_end(key)
            if len(self._told) > MOST_REMEMBERED:
                self._told.popitem(last=False)
            return True
