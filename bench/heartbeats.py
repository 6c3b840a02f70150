"""Statistics of running machines over their uplinks, sustained."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bench.fleets import installation, next_line, start_fleet, stored
from bench.rows import Row, at_most
from bench.serving import Serving

MACHINES = 1_000
COMING_UP = 300
EVERY_S = 2.0  # real machines report every 10 s: this stands for five times as many, but for their connections
WINDOW_S = 30.0
SETTLE_S = 4.0


def measure(scratch: Path) -> Iterator[Row]:
    """What coming up costs; then five hundred a second from other machines, and what has arrived."""
    with installation(scratch / "base") as site:
        yield _coming_up(site)
        with start_fleet("heartbeats", site.boot, 1 + COMING_UP, MACHINES, EVERY_S) as fleet:
            up = next_line(fleet)["up"]
            time.sleep(SETTLE_S)
            cpu_s = site.cpu_s()
            time.sleep(WINDOW_S)
            busy = (site.cpu_s() - cpu_s) / WINDOW_S * 100
            fresh = _fresh(site)
            fleet.communicate()  # its standard input ends, and so does it
    note = f"{up} machines every {EVERY_S:g} s for {WINDOW_S:g} s; {fresh} heard in the last {2 * EVERY_S:g} s"
    rate = MACHINES / EVERY_S
    yield Row(name=f"heartbeats, {rate:.0f}/s", value=busy, unit="% of a core", goal=at_most(25), note=note)
    yield Row(name="machines not heard", value=MACHINES - fresh, unit="machines", goal=at_most(0))


def _coming_up(site: Serving) -> Row:
    """Boots up to the uplink and one report each, for nobody's statistics are to be in it."""
    before_s, memory_mib = site.cpu_s(), site.rss_mib()
    with start_fleet("heartbeats", site.boot, 1, COMING_UP, 3600) as fleet:
        next_line(fleet)
        time.sleep(SETTLE_S)
        each_ms = (site.cpu_s() - before_s) / COMING_UP * 1000
        each_kib = (site.rss_mib() - memory_mib) / COMING_UP * 1024
        fleet.communicate()
    note = f"script, registration, SSH login, uplink; {each_kib:.0f} KiB of memory each"
    return Row(name=f"boot to uplink, {COMING_UP} machines", value=each_ms, unit="ms CPU each", note=note)


def _fresh(site: Serving) -> int:
    """Machines heard in the last two periods, by what stands in the database."""
    since_s = time.time() - 2 * EVERY_S
    return sum(seen.last_seen_s > since_s for seen in stored(site)[1])
