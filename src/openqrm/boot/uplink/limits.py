"""What may be asked of the uplink: logins under way, and lines of one machine. Pure but for their counting."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address

MOST_LOGINS = 2000  # at once; each holds about 100 kB for up to half a minute
MOST_LOGINS_EACH = 16  # from one address
MOST_TRIES = 8  # of one connection: an agent has one user and one key, and asks about the key before it signs
LINES_PER_S = 5.0  # an agent says one in ten seconds
SPARE_LINES = 300  # after a pause, milestones among them
SHUN_S = 60.0


class Anteroom:
    """Who has connected and not logged in yet. Loopback has a tunnel or relay behind it, and no bound of its own."""

    def __init__(self, most: int) -> None:
        self._most, self._count = most, 0
        self._waiting: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Whether there is room for one more; whoever entered must leave."""
        if self._count >= self._most or (self._waiting[address] >= MOST_LOGINS_EACH and not _is_loopback(address)):
            return False
        self._waiting[address] += 1
        self._count += 1
        return True

    def leave(self, address: str) -> None:
        """Logged in or gone."""
        self._count -= 1
        self._waiting[address] -= 1
        if not self._waiting[address]:
            del self._waiting[address]


class Allowance:
    """How many lines one machine may still say; it grows with time and with what the machine is asked."""

    def __init__(self, now_s: float) -> None:
        self._lines, self._at_s = float(SPARE_LINES), now_s

    def take(self, now_s: float) -> bool:
        """One line, if it is not one too many."""
        self._lines = min(SPARE_LINES, self._lines + (now_s - self._at_s) * LINES_PER_S)
        self._at_s = now_s
        self._lines -= 1
        return self._lines >= 0

    def add(self) -> None:
        """It has been asked something, and will answer."""
        self._lines += 1


class Shunned:
    """Who was cut off for too much, and is not let in again for a while. Few: what is past is forgotten."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}

    def add(self, resource: str, now_s: float) -> None:
        """From now on."""
        self._until_s = {name: until_s for name, until_s in self._until_s.items() if until_s > now_s}
        self._until_s[resource] = now_s + SHUN_S

    def has(self, resource: str, now_s: float) -> bool:
        """Still."""
        return self._until_s.get(resource, 0.0) > now_s


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
