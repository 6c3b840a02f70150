"""Full lists and pages of a large site, asked for over REST: hosts, virtual machines, volumes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median, quantiles

import httpx2

from bench.rows import Goal, Row, at_most
from bench.serving import Serving, serving
from openqrm.adapters.database import Database
from openqrm.adapters.database.rows import form
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Volume
from openqrm.domain.vm import VirtualMachine
from openqrm.plugin_api.codec import ActionCodec

HOSTS = 25_000
VMS = 25_000
VOLUMES = 50_000
TIMES = 7
PAGES = 300
PAGE = 100


def measure(scratch: Path) -> Iterator[Row]:
    """Each list as a whole, then page by page."""
    base = scratch / "base"
    fill(base)
    with serving(base) as site, httpx2.Client(base_url=f"{site.rest}/api/v1/", timeout=60) as http:
        token = site.sign_in().told("token", "create", name="bench")["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        for name, path, rows, goal in LISTS:
            yield _whole(site, http, name, path, rows, at_most(goal))
        for name, path, *_ in LISTS:
            yield _pages(site, http, name, path)
        yield Row(name="lists, memory of the server then", value=site.rss_mib(), unit="MiB RSS")


LISTS = (
    (f"list of {HOSTS:,} hosts", "resource/list?filter=type=physical", HOSTS + 1, 0.4),
    (f"list of {HOSTS:,} hosts with what is free on them", "host/list", HOSTS, 0.4),
    (f"list of {VMS:,} VMs", "vm/list", VMS, 0.6),
    (f"list of {VOLUMES:,} volumes", "volume/list", VOLUMES, 0.5),
)


def fill(base: Path) -> None:
    """The database of such a site, written straight: making it by plans is another bench."""
    base.mkdir(parents=True)
    database = Database(f"sqlite:///{base}/openqrm.sqlite", ActionCodec(()))
    database.migrate()
    for records in (_hosts(), _vms(), _vm_records(), _sights(), _volumes()):
        insert(database, list(records))
    database.close()


def insert(database: Database, records: list[Record]) -> None:
    """All of one kind at once."""
    this = form(type(records[0]))
    with database.connections.write() as connection:
        connection.execute(this.adding, [this.values(each) | {"version": 1} for each in records])


def _hosts() -> Iterable[Resource]:
    for n in range(HOSTS):
        yield Resource(
            name=f"host-{n:05d}", mac=_mac(2, n), address=f"10.1.{n // 250}.{n % 250}", carries="kvm", cpu_count=64,
            memory_mib=262_144, cpu_model="Xeon", inventory={"disks": [{"name": "sda", "size_bytes": 1 << 40}]},
        )  # fmt: skip


def _vms() -> Iterable[Resource]:
    for n in range(VMS):
        yield Resource(
            name=f"vm-{n:05d}", mac=_mac(6, n), type="kvm", host=f"host-{n % HOSTS:05d}", cpu_count=2, memory_mib=4096
        )


def _vm_records() -> Iterable[VirtualMachine]:
    return (VirtualMachine(name=f"vm-{n:05d}", type="kvm", cpu_count=2, memory_mib=4096) for n in range(VMS))


def _sights() -> Iterable[Observation]:
    names = [*(f"host-{n:05d}" for n in range(HOSTS)), *(f"vm-{n:05d}" for n in range(VMS))]
    statistics = {"load_1": 0.5, "uptime_s": 86_400, "memory_used_mib": 2048, "memory_total_mib": 4096}
    for name in names:
        yield Observation(
            name=name, power="on", boot_id=f"{name}.0", milestone="uplink", connected=True, last_seen_s=time.time(),
            statistics=statistics,
        )  # fmt: skip


def _volumes() -> Iterable[Volume]:
    return (Volume(name=f"volume-{n:05d}", storage=f"s{n % 50}", size_mib=10_240) for n in range(VOLUMES))


def _mac(first: int, number: int) -> str:
    return f"{first:02x}:00:00:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def _whole(site: Serving, http: httpx2.Client, name: str, path: str, rows: int, goal: Goal) -> Row:
    told = http.get(path).raise_for_status().json()
    if len(told) != rows:
        raise RuntimeError(f"{path} has {len(told)} rows and not {rows}")
    before, walls = site.cpu_s(), []
    for _ in range(TIMES):
        began = time.monotonic()
        length = len(http.get(path).raise_for_status().content)
        walls.append(time.monotonic() - began)
    cpu = (site.cpu_s() - before) / TIMES
    note = f"median of {TIMES} ({min(walls):.2f}–{max(walls):.2f}), {cpu:.2f} CPU-s, {length / 1e6:.1f} MB"
    return Row(name=name, value=median(walls), unit="s", goal=goal, note=note)


def _pages(site: Serving, http: httpx2.Client, name: str, path: str) -> Row:
    """From page to page, and from the front again at the end."""
    after, walls, before = "", [], site.cpu_s()
    for _ in range(PAGES):
        began = time.monotonic()
        answer = http.get(path, params={"limit": str(PAGE), "after": after} | _filters(path))
        walls.append((time.monotonic() - began) * 1000)
        rows = answer.raise_for_status().json()
        last = rows[-1] if len(rows) == PAGE else {}
        after = last.get("name") or last.get("vm", {}).get("name", "")
    cpu_ms = (site.cpu_s() - before) / PAGES * 1000
    note = f"{PAGES} pages through a {name}: median {median(walls):.1f} ms, {cpu_ms:.1f} ms CPU each"
    return Row(
        name=f"a page of {PAGE} of it, 99th percentile", value=quantiles(walls, n=100)[98], unit="ms",
        goal=at_most(20), note=note,
    )  # fmt: skip


def _filters(path: str) -> dict[str, str]:
    """Parameters take the place of those that stand in the path."""
    return {"filter": path.partition("filter=")[2]} if "filter=" in path else {}
