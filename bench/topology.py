"""The console's picture of a site with 1,000 objects, in a browser: until it is drawn, and while it is moved about."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

from bench.browser import Tab, chromium, sign_in, tab
from bench.lists import insert
from bench.rows import Row, at_least, at_most
from bench.serving import serving
from openqrm.adapters.database import Database
from openqrm.domain.appliance import Appliance
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.plugin_api.codec import ActionCodec

EACH = 250  # of resources, appliances, images and volumes
STORAGES = 10
TIMES = 3
MOVED_S = 5.0
BOX = ".react-flow__node"


def measure(scratch: Path) -> Iterator[Row]:
    """First the picture, then the racks."""
    base = scratch / "base"
    _fill(base)
    with serving(base) as site, chromium() as browser:
        site.sign_in()
        session = sign_in(browser, site.rest, (base / "bench-password").read_text().strip())
        drawn = []
        for _ in range(TIMES):
            with tab(browser, session) as opened:
                began = time.monotonic()
                opened.page.goto(f"{site.rest}/topology", wait_until="commit")
                opened.page.wait_for_selector(BOX)
                drawn.append(time.monotonic() - began)
        name = f"picture of {4 * EACH + STORAGES:,} objects"
        note = f"median of {TIMES} ({min(drawn):.2f}–{max(drawn):.2f}), with an empty cache"
        yield Row(name=f"{name}, drawn", value=median(drawn), unit="s", goal=at_most(2), note=note)
        with tab(browser, session) as opened:
            opened.page.goto(f"{site.rest}/topology")
            opened.page.wait_for_selector(BOX)
            yield _moved(opened, name)
            opened.page.click("#view-racks")
            began = time.monotonic()
            opened.page.wait_for_selector(".q-rack li")
            yield Row(name=f"racks with {EACH} machines, drawn", value=time.monotonic() - began, unit="s")


def _moved(opened: Tab, name: str) -> Row:
    """Dragged to and fro, all boxes in view."""
    page = opened.page
    box = page.locator(".react-flow__pane").bounding_box()
    if box is None:
        raise RuntimeError("the picture is not there")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    began, moves = time.monotonic(), 0
    while time.monotonic() - began < MOVED_S:
        page.mouse.move(x + 100 * (-1) ** moves, y + moves % 50)
        moves += 1
    page.mouse.up()
    rate = moves / (time.monotonic() - began)
    note = f"each move of the mouse is answered by a drawn frame; over {MOVED_S:.0f} s"
    return Row(name=f"{name}, dragged", value=rate, unit="moves/s", goal=at_least(20), note=note)


def _fill(base: Path) -> None:
    base.mkdir(parents=True)
    database = Database(f"sqlite:///{base}/openqrm.sqlite", ActionCodec(()))
    database.migrate()
    for records in (_resources(), _sights(), _storages(), _volumes(), _images(), _appliances()):
        insert(database, list(records))
    database.close()


def _resources() -> Iterable[Record]:
    return (
        Resource(name=f"m{n:03d}", mac=f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}", claimed_by=f"a{n:03d}",
                 place=f"r{n // 40}/{n % 40 + 1}")
        for n in range(EACH)
    )  # fmt: skip


def _sights() -> Iterable[Record]:
    seen = time.time()
    return (
        Observation(name=f"m{n:03d}", power="on", milestone="init", profile=f"a{n:03d}", last_seen_s=seen)
        for n in range(EACH)
    )


def _storages() -> Iterable[Record]:
    return (Storage(name=f"s{n}", type="nfs-storage", resource=f"m{n:03d}") for n in range(STORAGES))


def _volumes() -> Iterable[Record]:
    return (Volume(name=f"v{n:03d}", storage=f"s{n % STORAGES}", size_mib=1024) for n in range(EACH))


def _images() -> Iterable[Record]:
    return (Image(name=f"i{n:03d}", volume=f"v{n:03d}") for n in range(EACH))


def _appliances() -> Iterable[Record]:
    return (Appliance(name=f"a{n:03d}", kernel="k", image=f"i{n:03d}", resource=f"m{n:03d}") for n in range(EACH))
