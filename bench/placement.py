"""Placing VMs: a host is chosen among many and booked durably; beside OpenStack's Placement."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.peers import placement as peer
from bench.rows import Row, at_most
from openqrm.adapters.database import Database
from openqrm.domain.resource import Resource
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.placement import OWN_MIB, Need, choose_host
from openqrm.plugin_api.actions import CORE_ACTIONS, FitsHost
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.planning import Planning

HOSTS, MANY = 1_000, 10_000
EACH = 5  # VMs on each host before
HOST_MIB, VM_MIB = 262_144, 1024
VMS = 200


class RecordsOnly:
    """As much of a world as the look for room needs."""

    def __init__(self, database: Database) -> None:
        self.records = database.records


def measure(scratch: Path) -> Iterator[Row]:
    """What a VM costs from the question until its booking lies on the disk; the same steps as `vm create` takes."""
    absent = peer.missing()
    peer_name = absent or "Placement 16"
    theirs = None if absent else peer.placing_cpu_ms(scratch / "peer", HOSTS, VMS // 4)
    for hosts, goal in ((HOSTS, at_most(4)), (MANY, None)):
        with closing(_filled(scratch / f"{hosts}.sqlite", hosts)) as database:
            spent_ms, wrong = _place(database, hosts)
        yield Row(
            name=f"choose a host and book it, {hosts:,} hosts with {hosts * EACH:,} VMs", value=spent_ms,
            unit="ms CPU each", goal=goal, peer=theirs if goal else None, peer_name=peer_name if goal else "",
            note=f"{wrong} of {VMS} on a host that had not the most memory, or beyond what it has",
        )  # fmt: skip


def _filled(path: Path, hosts: int) -> Database:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{path}", ActionCodec(CORE_ACTIONS), full_sync=True)
    database.migrate()
    with database.transaction() as tx:
        for host in range(hosts):
            tx.records.put(
                Resource(name=f"h{host}", carries="kvm", cpu_count=32, memory_mib=HOST_MIB + host, managed=False)
            )
            for vm in range(EACH):
                tx.records.put(Resource(name=f"v{host}-{vm}", type="kvm", host=f"h{host}", memory_mib=VM_MIB))
    return database


def _place(database: Database, hosts: int) -> tuple[float, int]:
    """CPU-milliseconds a VM; and how many were placed wrongly, by a count of our own."""
    world = RecordsOnly(database)
    chosen = []
    began = time.process_time()
    for number in range(VMS):
        need = Need(f"new{number}", 1, VM_MIB)
        with database.reading() as tx:
            host = choose_host(need, "kvm", "", "most-memory", "", Planning(tx.facts, None, "bench", 1000.0))  # type: ignore[arg-type]  # no driver is asked
        database.records.put(VirtualMachine(name=need.vm, type="kvm", memory_mib=VM_MIB))
        database.records.put(Resource(name=need.vm, type="kvm", host=host, memory_mib=VM_MIB))
        FitsHost(host, need.vm, OWN_MIB).observe(world)  # type: ignore[arg-type]  # it looks at records alone
        chosen.append(host)
    spent_ms = (time.process_time() - began) / VMS * 1000
    return spent_ms, _wrong(chosen, hosts)


def _wrong(chosen: list[str], hosts: int) -> int:
    free = {f"h{host}": HOST_MIB + host - OWN_MIB - EACH * VM_MIB for host in range(hosts)}
    wrong = 0
    for host in chosen:
        wrong += free[host] != max(free.values()) or free[host] < VM_MIB
        free[host] -= VM_MIB
    return wrong
