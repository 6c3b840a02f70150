"""What a Linux system tells of itself by one `cat`: which boot it is in, and the statistics that agents send too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from openqrm.domain.errors import Category, StepError

# the kernel line comes first: nothing on it can pass for what follows
ASK = (
    "cat",
    "/proc/cmdline",
    *(f"/proc/{name}" for name in ("sys/kernel/random/boot_id", "uptime", "loadavg", "sys/kernel/hostname")),
    *("/proc/stat", "/proc/meminfo", "/proc/net/dev"),
)
LONGEST = 256 * 1024
_BEGINNING = re.compile(
    r"(?P<line>.*)\n(?P<boot>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\n"
    r"(?P<uptime>\d{1,12})\.\d+ .*\n(?P<load>\d{1,6}\.\d+) .*\n(?P<hostname>[A-Za-z0-9._-]{0,64})\n"
)
_CPU = re.compile(r"^cpu +((?:\d{1,18} ?){8})", re.MULTILINE)
_MEMORY = re.compile(r"^(\w+): +(\d{1,15}) kB$", re.MULTILINE)
_CARD = re.compile(r"^ *(?!lo:)[^\s:]+: *\d", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """`boot` is 16 hex digits of the kernel's own boot id; `is_ours` when openQRM's boot door gave it its kernel."""

    boot: str
    is_ours: bool
    uptime_s: int
    load_1: float
    hostname: str
    busy: int
    total: int
    memory_kib: dict[str, int]
    nics: int

    def statistics(self, before: Answer | None) -> dict[str, Any]:
        """As an agent sends them; `before` is the answer before this, for what is a share."""
        memory = self.memory_kib
        total, free = memory.get("MemTotal", 0), memory.get("MemAvailable", 0)
        swap, swap_free = memory.get("SwapTotal", 0), memory.get("SwapFree", 0)
        return {
            "uptime_s": self.uptime_s,
            "load_1": self.load_1,
            "cpu_percent": self._percent_since(before),
            "memory_used_mib": (total - free) // 1024,
            "memory_total_mib": total // 1024,
            "swap_used_mib": (swap - swap_free) // 1024,
            "swap_total_mib": swap // 1024,
            "hostname": self.hostname,
            "nics": self.nics,
            "init": True,
        }

    def _percent_since(self, before: Answer | None) -> int:
        if before is None or before.boot != self.boot or before.total >= self.total:
            return 0
        return max(0, 100 * (self.busy - before.busy) // (self.total - before.total))


def parse_answer(text: str) -> Answer:
    """Raises StepError `unavailable` for what no such answer is."""
    start, cpu = _BEGINNING.match(text[:LONGEST]), _CPU.search(text[:LONGEST])
    if start is None or cpu is None:
        message = f"it tells of itself {text[:80]!r}"
        raise StepError(Category.UNAVAILABLE, message, "Log in to it: is /proc mounted, and is it Linux?")
    user, nice, system, idle, iowait, *rest = map(int, cpu[1].split())
    busy = user + nice + system + sum(rest)
    return Answer(
        boot=start["boot"].replace("-", "")[:16],
        is_ours=any(word.startswith("openqrm.boot=") for word in start["line"].split()),
        uptime_s=int(start["uptime"]),
        load_1=float(start["load"]),
        hostname=start["hostname"],
        busy=busy,
        total=busy + idle + iowait,
        memory_kib={key: int(value) for key, value in _MEMORY.findall(text[:LONGEST])},
        nics=len(_CARD.findall(text[:LONGEST].partition("face |")[2])),
    )
