"""How long openQRM takes to be there, and what it holds while nothing happens."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.rest import Rest
from bench.rows import Row, at_most
from bench.serving import OPENQRM, Serving, serving

STARTS = 5
SETTLE_S = 5.0
QUIET_S = 10.0


def measure(scratch: Path) -> Iterator[Row]:
    """All plugins enabled, no network to serve; started again as after a reboot."""
    base = scratch / "base"
    with serving(base) as first:
        rest = first.sign_in()
        names = _enable_all(rest)
        first_start = f"the very first start, with the tables to make, {first.start_s:.2f} s"
    starts = [_started(base) for _ in range(STARTS)]
    walls = [wall for wall, _ in starts]
    cpu = median(cpu for _, cpu in starts)
    note = f"median of {STARTS} ({min(walls):.2f}–{max(walls):.2f}), {cpu:.2f} CPU-s; {names}; {first_start}"
    yield Row(name="openqrm serve → ready", value=median(walls), unit="s", goal=at_most(2), note=note)
    with serving(base) as site:
        yield from _quiet(site)
    yield _timed_help()
    yield _timed_help("appliance", "start")


def _enable_all(rest: Rest) -> str:
    """Enable and start every plugin that is here: their names."""
    for plugin in (row["name"] for row in rest.ask("plugin", "list")):
        for verb in ("enable", "start"):
            if _standing(rest, plugin) != "started":
                rest.do("plugin", verb, name=plugin)
    standing = {row["name"]: row["standing"] for row in rest.ask("plugin", "list")}
    return f"{sum(each == 'started' for each in standing.values())} of {len(standing)} plugins started"


def _standing(rest: Rest, plugin: str) -> str:
    return str(rest.ask("plugin", "show", name=plugin)["standing"])


def _started(base: Path) -> tuple[float, float]:
    with serving(base) as site:
        return site.start_s, site.start_cpu_s


def _quiet(site: Serving) -> Iterator[Row]:
    time.sleep(SETTLE_S)
    cpu, children = site.cpu_s(), site.with_children_cpu_s()
    time.sleep(QUIET_S)
    busy = (site.cpu_s() - cpu) / QUIET_S * 100
    note = f"with its children {(site.with_children_cpu_s() - children) / QUIET_S * 100:.1f} % of a core"
    yield Row(name="idle, memory", value=site.rss_mib(), unit="MiB RSS", goal=at_most(150), note="all plugins started")
    yield Row(name="idle, CPU", value=busy, unit="% of a core", note=note)


def _timed_help(*words: str) -> Row:
    argv, walls, cpu = [OPENQRM.name, *words, "--help"], [], os.times()
    for _ in range(2 * STARTS):
        began = time.monotonic()
        subprocess.run(argv, executable=OPENQRM, stdout=subprocess.DEVNULL, check=True, timeout=30)
        walls.append(time.monotonic() - began)
    now = os.times()
    each = (now.children_user + now.children_system - cpu.children_user - cpu.children_system) / len(walls)
    note = f"median of {len(walls)} ({min(walls):.2f}–{max(walls):.2f}), {each:.2f} CPU-s"
    return Row(name=" ".join(argv), value=median(walls), unit="s", goal=at_most(0.3), note=note)
