"""How often somebody may try to sign in: a few times at once, then slower and slower. Nobody is locked out for good."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

from openqrm.domain.errors import Category, OpenqrmError

FREE_TRIES = 10
LONGEST_PAUSE_S = 60.0
FORGIVEN_S = 900.0
MOST_KEPT = 10_000  # names and addresses that are remembered
LONGEST_NAME = 64


class TooManyTries(OpenqrmError):
    """Too many sign-ins have failed, or are under way: not looked at."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(1, round(wait_s))
        hint = f"Wait {self.wait_s} s. Tokens and sessions go on working."
        super().__init__(Category.BUSY, "too many sign-ins have failed here or are under way", hint)


@dataclass
class _Failures:
    count: int = 0
    last_s: float = 0.0

    def due_s(self) -> float:
        """When the next try is looked at."""
        over = self.count - FREE_TRIES
        return self.last_s + min(LONGEST_PAUSE_S, 2.0 ** min(over, 10)) if over >= 0 else 0.0


class Tries:
    """Failures by user and by address.

    An address from which a user has come in before counts for itself, so that others' failures do not keep that
    user out. What is remembered is bounded: who was not seen for longest is forgotten first.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()
        self._trusted: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, user: str, address: str, now_s: float) -> None:
        """Raises TooManyTries."""
        with self._lock:
            due_s = max((self._of(key, now_s).due_s() for key in self._keys(user, address)), default=0.0)
        if due_s > now_s:
            raise TooManyTries(due_s - now_s)

    def failed(self, user: str, address: str, now_s: float) -> None:
        """Once more."""
        with self._lock:
            for key in self._keys(user, address):
                failures = self._of(key, now_s)
                failures.count, failures.last_s = failures.count + 1, now_s
                self._failures[key] = failures
                self._failures.move_to_end(key)
            _cut(self._failures)

    def succeeded(self, user: str, address: str) -> None:
        """From now on this address counts for itself with this user."""
        key = (user, _place(address))
        with self._lock:
            self._trusted[key] = None
            self._trusted.move_to_end(key)
            _cut(self._trusted)

    def _keys(self, user: str, address: str) -> tuple[tuple[str, str], ...]:
        user, place = user[:LONGEST_NAME], _place(address)
        return ((user, place),) if (user, place) in self._trusted else (("", place), (user, ""))

    def _of(self, key: tuple[str, str], now_s: float) -> _Failures:
        found = self._failures.get(key)
        return found if found and now_s - found.last_s < FORGIVEN_S else _Failures()


def _place(address: str) -> str:
    """Of IPv6 the network: nobody has one address alone."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:LONGEST_NAME]
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else address


def _cut(kept: OrderedDict[tuple[str, str], Any]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
