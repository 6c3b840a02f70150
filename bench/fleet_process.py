"""Simulated machines in a process of their own, so that their CPU is not the server's.

    python -m bench.fleet_process register URL FIRST SIZE             until all have registered
    python -m bench.fleet_process heartbeats URL FIRST SIZE EVERY_S   until standard input ends

A line of JSON when all have come so far, one more at the end.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import uvloop

from lab.fleet import Fleet
from lab.simulated_site import Faults, Pace

LIMIT_S = 150.0
AT_ONCE = 64


async def register(server: str, first: int, size: int) -> None:
    """Script and registration; the machines hang right after it, so that nothing else is measured."""
    async with Fleet(server, size, downloads="none", at_once=AT_ONCE, first_number=first) as fleet:
        for machine in fleet.machines:
            machine.faults = Faults(dies_at="registered")
        began = time.monotonic()
        fleet.switch_on()
        await fleet.reached("registered", timeout_s=LIMIT_S)
        _tell(registered=fleet.progress()["registered"], wall_s=time.monotonic() - began, cpu_s=time.process_time())


async def heartbeats(server: str, first: int, size: int, every_s: float) -> None:
    """Whole boots up to the uplink, then statistics."""
    pace = Pace(stats_every_s=every_s)
    async with Fleet(server, size, downloads="none", pace=pace, at_once=AT_ONCE, first_number=first) as fleet:
        fleet.switch_on()
        await fleet.reached("uplink", timeout_s=LIMIT_S)
        _tell(up=fleet.progress()["uplink"], cpu_s=time.process_time())
        await asyncio.to_thread(sys.stdin.read)
        failed = sum(machine.agent.failed_logins for machine in fleet.machines if machine.agent)
        _tell(up=fleet.progress()["uplink"], failed_logins=failed, cpu_s=time.process_time())


def _tell(**facts: float) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    what, url, first_number, count, *more = sys.argv[1:]
    if what == "register":
        uvloop.run(register(url, int(first_number), int(count)))
    else:
        uvloop.run(heartbeats(url, int(first_number), int(count), float(more[0])))
