"""The console in a browser, before a list of 25,000 machines of which 1,000 a second change."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, StorageState

from bench.browser import Tab, chromium, sign_in, tab
from bench.lists import fill
from bench.rows import Row, at_least, at_most
from bench.serving import Serving, serving
from openqrm.adapters.database import Database
from openqrm.plugin_api.codec import ActionCodec

CONSOLE = Path("src/openqrm/console")
MACHINES = 25_000
TIMES = 5
WATCHED_S = 20.0
UPDATES_S = 1000
BUNCH_S = 0.1
SHORT_S = 240.0
FULL_S = 1800.0
LOOKS, LOOK_EVERY_S = 5, 3.0
SETTLED_S = 4 * MACHINES / UPDATES_S  # on a busy computer a round takes three times as long
MILESTONES = ("initrd", "registered", "uplink")
LIST = "/host"
ROW = ".q-table tbody tr:nth-child(3)"


def measure(scratch: Path) -> Iterator[Row]:
    """All but the half hour."""
    yield _bundle()
    with _before_a_large_site(scratch) as (site, browser, session):
        yield from _first_paint(site, browser, session)
        with tab(browser, session) as opened:
            _open_whole(opened, site)
            with _updates(scratch / "base"):
                yield from _frames(opened, site)
            yield from _memory(opened, scratch / "base", SHORT_S)


def measure_long(scratch: Path) -> Iterator[Row]:
    """The half hour."""
    with _before_a_large_site(scratch) as (site, browser, session), tab(browser, session) as opened:
        _open_whole(opened, site)
        yield from _memory(opened, scratch / "base", FULL_S)


@contextmanager
def _before_a_large_site(scratch: Path) -> Iterator[tuple[Serving, Browser, StorageState]]:
    if not (CONSOLE / "index.html").exists():
        raise RuntimeError("the console is not built: make console")
    base = scratch / "base"
    fill(base)
    with serving(base) as site, chromium() as browser:
        site.sign_in()
        yield site, browser, sign_in(browser, site.rest, (base / "bench-password").read_text().strip())


def _bundle() -> Row:
    files = [file for file in CONSOLE.rglob("*") if file.is_file() and file.suffix not in (".gz", ".br")]
    if not files:
        raise RuntimeError("the console is not built: make console")
    sizes = {kind: sum(_compressed(file, kind) for file in files) / 1000 for kind in (".gz", ".br")}
    return Row(
        name="console, everything", value=sizes[".gz"], unit="kB compressed", goal=at_most(1000),
        note=f"gzip; Brotli {sizes['.br']:.0f} kB; {len(files)} files, most of them loaded when they are used",
    )  # fmt: skip


def _compressed(file: Path, kind: str) -> int:
    compressed = file.with_name(f"{file.name}{kind}")
    return (compressed if compressed.exists() else file).stat().st_size


def _first_paint(site: Serving, browser: Browser, session: StorageState) -> Iterable[Row]:
    """Until the rows that fit the window stand there, with nothing in the cache; then until all are."""
    paints, wholes, sent, all_sent = [], [], [], []
    for _ in range(TIMES):
        with tab(browser, session) as opened:
            began = time.monotonic()
            opened.page.goto(site.rest + LIST, wait_until="commit")
            opened.page.wait_for_selector(ROW)
            paints.append(time.monotonic() - began)
            sent.append(opened.loaded_bytes / 1000)
            _until_whole(opened)
            wholes.append(time.monotonic() - began)
            all_sent.append(opened.loaded_bytes / 1000)
    name = f"list of {MACHINES:,} hosts in the browser"
    note = (
        f"median of {TIMES} ({min(paints):.2f}–{max(paints):.2f}), empty cache; all rows there {median(wholes):.1f} s"
    )
    return (
        Row(name=f"{name}, first rows", value=median(paints), unit="s", goal=at_most(1), note=note),
        Row(name=f"{name}, loaded until then", value=median(sent), unit="kB", goal=at_most(300),
            note=f"the rest of the rows follows: {median(all_sent):.0f} kB in all"),
    )  # fmt: skip


def _open_whole(opened: Tab, site: Serving) -> None:
    opened.page.goto(site.rest + LIST)
    _until_whole(opened)


def _until_whole(opened: Tab) -> None:
    opened.page.wait_for_selector(f".q-table[aria-rowcount='{MACHINES + 1}']")


@contextmanager
def _updates(base: Path) -> Iterator[None]:
    """So many machines a second come one milestone further, written by this process as the boot door does."""
    database = Database(f"sqlite:///{base}/openqrm.sqlite", ActionCodec(()))
    ending, failed = threading.Event(), threading.Event()

    def work() -> None:
        failed.set()
        bunch = int(UPDATES_S * BUNCH_S)
        due, number = time.monotonic(), 0
        while not ending.wait(max(0.0, due - time.monotonic())):
            due += BUNCH_S
            seen = {"milestone": MILESTONES[number * bunch // MACHINES % len(MILESTONES)], "last_seen_s": time.time()}
            names = (f"host-{(number * bunch + each) % MACHINES:05d}" for each in range(bunch))
            with database.machines() as machines:
                machines.put_observations([(name, seen) for name in names])
            number += 1
        failed.clear()

    thread = threading.Thread(target=work, name="updates")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        database.close()
    if failed.is_set():
        raise RuntimeError("the updates broke off, so nothing was measured")


def _frames(opened: Tab, site: Serving) -> Iterable[Row]:
    time.sleep(2)
    before, before_site, began = opened.figure("TaskDuration"), site.cpu_s(), time.monotonic()
    gaps = opened.frames(WATCHED_S)
    length_s = time.monotonic() - began
    busy = (opened.figure("TaskDuration") - before) / length_s * 100
    late = quantiles(gaps, n=100)[98] * 1000
    told = (
        f"over {WATCHED_S:.0f} s; 99 of 100 frames within {late:.0f} ms, the longest {max(gaps) * 1000:.0f} ms; "
        f"the page's main thread was busy {busy:.0f} % of the time"
    )
    name = f"frames while {UPDATES_S:,} of {MACHINES:,} rows change a second"
    yield Row(name=name, value=len(gaps) / sum(gaps), unit="frames/s", goal=at_least(59), note=told)
    cpu = (site.cpu_s() - before_site) / length_s * 100
    yield Row(name="the same, openQRM's CPU", value=cpu, unit="% of a core", note="reads and tells one console")


def _memory(opened: Tab, base: Path, length_s: float) -> Iterable[Row]:
    """Once every row has been told of, it has to stay what it is."""
    with _updates(base):
        opened.page.wait_for_timeout(SETTLED_S * 1000)
        first = _kept_mib(opened)
        opened.page.wait_for_timeout((length_s - SETTLED_S) * 1000)
        last = _kept_mib(opened)
    note = f"{first:.1f} MiB after {SETTLED_S:.0f} s, {last:.1f} MiB after {length_s:.0f} s at {UPDATES_S:,} updates/s"
    if length_s < FULL_S:
        note += "; the half hour: .venv/bin/python -m bench console-memory"
    yield Row(
        name="growth of what the page keeps", value=(last / first - 1) * 100, unit="%", goal=at_most(5), note=note
    )


def _kept_mib(opened: Tab) -> float:
    """Of several looks the middle one: now and then a bunch of changes is being taken up, and is there twice."""
    looks = []
    for _ in range(LOOKS):
        looks.append(opened.heap_mib())
        opened.page.wait_for_timeout(LOOK_EVERY_S * 1000)
    return median(looks)
