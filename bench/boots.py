"""Boots of one rack machine, timed by what it writes on its serial line: the same end for us and for the peer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from lab.machine import Machine

LOOK_S = 0.02
BOOT_LIMIT_S = 90.0


@dataclass(frozen=True, slots=True)
class Boot:
    """What one boot took."""

    wall_s: float
    machine_cpu_s: float
    serving_cpu_s: float


def time_boot(
    machine: Machine,
    text: str,
    begin: Callable[[], None],
    serving_cpu_s: Callable[[], float],
) -> Boot:
    """From BEGIN until the machine writes TEXT."""
    seen, cpu_s, began = len(machine.console()), serving_cpu_s(), time.monotonic()
    begin()
    while text not in machine.console()[seen:]:
        if time.monotonic() - began > BOOT_LIMIT_S:
            end = machine.console()[-300:]
            raise TimeoutError(f"no «{text}» within {BOOT_LIMIT_S:.0f} s; the console ends {end!r}")
        time.sleep(LOOK_S)
    return Boot(time.monotonic() - began, machine.cpu_s(), serving_cpu_s() - cpu_s)


def median_wall_s(boots: Sequence[Boot]) -> float:
    """Of several boots."""
    return median(boot.wall_s for boot in boots)


def median_ratio(ours: Sequence[Boot], theirs: Sequence[Boot]) -> float:
    """The median over pairs that ran one after the other: what disturbs the computer disturbs both of a pair."""
    return median(a.wall_s / b.wall_s for a, b in zip(ours, theirs, strict=True))


def render_spread(name: str, boots: Sequence[Boot]) -> str:
    """How far apart the boots are, and their CPU."""
    walls = sorted(boot.wall_s for boot in boots)
    machine = median(boot.machine_cpu_s for boot in boots)
    serving = median(boot.serving_cpu_s for boot in boots)
    return f"{name} {walls[0]:.1f}–{walls[-1]:.1f} s, CPU-s: machine {machine:.1f}, serving {serving:.2f}"
