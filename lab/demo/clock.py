"""What a stretch of the story took: wall time, and the CPU of the processes concerned."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def process_cpu_s(pid: int) -> float:
    """CPU-seconds a process has used, with the children it has waited for; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


@dataclass(frozen=True)
class Stretch:
    """One measured stretch. `server_cpu_s` is ours, `machine_cpu_s` that of the emulated machines."""

    name: str
    wall_s: float
    server_cpu_s: float
    machine_cpu_s: float


class Stopwatch:
    """Runs from its making; `stop` may be asked for several stretches that began together."""

    def __init__(self, server_cpu: Callable[[], float], machine_cpu: Callable[[], Mapping[str, float]]) -> None:
        self._cpu = (server_cpu, machine_cpu)
        self._start = (time.monotonic(), server_cpu(), machine_cpu())

    def stop(self, name: str) -> Stretch:
        """The stretch from the making until now. A machine switched off and on counts from its last power-on."""
        wall, server, machine = self._start
        machine_spent = sum(_since(machine.get(name, 0.0), now) for name, now in self._cpu[1]().items())
        return Stretch(
            name, round(time.monotonic() - wall, 2), round(self._cpu[0]() - server, 2), round(machine_spent, 2)
        )


def _since(before: float, now: float) -> float:
    return now - before if now >= before else now
