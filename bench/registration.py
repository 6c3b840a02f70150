"""Registration by the real boot door: boot script, then the inventory with the token; beside Ironic."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bench.fleets import installation, next_line, start_fleet, stored
from bench.peers import ironic
from bench.rows import Row, at_most
from bench.serving import Serving

MACHINES = 10_000
FIRST = 1_000  # measured alone, to see what a larger database costs
PEER_MACHINES = 150
WARM_UP = 100
SETTLE_S = 2.0


def measure(scratch: Path) -> Iterator[Row]:
    """A thousand machines, then the rest of ten thousand, then the peer."""
    with installation(scratch / "base") as site:
        next_line(start_fleet("register", site.boot, 1, WARM_UP))
        small, _ = _register(site, WARM_UP + 1, FIRST)
        large, note = _register(site, WARM_UP + FIRST + 1, MACHINES - FIRST)
        whole = (small * FIRST + large * (MACHINES - FIRST)) / MACHINES
        lost = WARM_UP + MACHINES - _arrived(site)
        memory = site.rss_mib()
    peer_name = ironic.missing()
    peer = None if peer_name else ironic.registration_cpu_ms(scratch / "ironic", PEER_MACHINES)
    yield Row(
        name=f"registration, {MACHINES:,} machines",
        value=whole,
        unit="ms CPU each",
        goal=at_most(0.5),
        peer=peer,
        peer_name=peer_name or "Ironic 39",
        note=f"the first {FIRST:,} {small:.2f}, the rest {large:.2f}; {note}; server then {memory:.0f} MiB",
    )
    yield Row(name="machines lost", value=lost, unit="machines", goal=at_most(0), note="by what stands in the database")


def _register(site: Serving, first: int, machines: int) -> tuple[float, str]:
    """CPU-milliseconds of the server a machine, the writing that comes after the answer included."""
    before = site.cpu_s()
    with start_fleet("register", site.boot, first, machines) as fleet:
        told = next_line(fleet)
    time.sleep(SETTLE_S)
    spent_ms = (site.cpu_s() - before) / machines * 1000
    rate = machines / told["wall_s"]
    return spent_ms, f"{rate:.0f} machines/s, the fleet itself {told['cpu_s'] / machines * 1000:.2f} ms CPU each"


def _arrived(site: Serving) -> int:
    """Machines whose inventory is there and whose boot has registered."""
    resources, observations = stored(site)
    registered = {seen.name for seen in observations if seen.milestone == "registered"}
    return sum(bool(each.inventory) and each.name in registered for each in resources)
