"""The peer of placing a VM: OpenStack's Placement on SQLite, asked over its REST API."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from bench.usage import tree_cpu_s

PROGRAMS = Path("build/bench/peers/placement/bin").resolve()
READY = PROGRAMS.parent / "ready"
_PORT = 18778
_START_S = 60.0
_SERVE = f"""\
from wsgiref.simple_server import WSGIRequestHandler, make_server
from placement.wsgi import init_application
WSGIRequestHandler.log_message = lambda *words: None
make_server("127.0.0.1", {_PORT}, init_application()).serve_forever()
"""
_CONF = """\
[DEFAULT]
log_file = {folder}/placement.log
[placement_database]
connection = sqlite:///{folder}/placement.sqlite
sync_on_startup = true
[api]
auth_strategy = noauth2
"""
_HEADERS = {"X-Auth-Token": "admin", "OpenStack-API-Version": "placement latest"}


def missing() -> str:
    """Why there is no peer; empty when there is."""
    return "" if READY.exists() else "Placement could not be installed: build/bench/peers/placement.log"


def placing_cpu_ms(folder: Path, hosts: int, vms: int) -> float:
    """CPU-milliseconds of the server to choose a host for one VM, among five candidates, and to claim it durably."""
    with _served(folder) as (process, client):
        for number in range(hosts):
            _add_host(client, number)
        before = tree_cpu_s(process.pid)
        for _ in range(vms):
            _claim(client)
        return (tree_cpu_s(process.pid) - before) / vms * 1000


@contextmanager
def _served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "placement.conf").write_text(_CONF.format(folder=folder))
    environment = os.environ | {"OS_PLACEMENT_CONFIG_DIR": str(folder)}
    process = subprocess.Popen([str(PROGRAMS / "python"), "-P", "-c", _SERVE], env=environment)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{_PORT}/", headers=_HEADERS, timeout=60) as client:
            _wait_for(client)
            yield process, client
    finally:
        process.kill()
        process.wait()


def _wait_for(client: httpx2.Client) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            client.get("").raise_for_status()
            return
        except httpx2.HTTPError:
            time.sleep(0.3)
    raise TimeoutError(f"Placement does not answer after {_START_S:.0f} s")


def _add_host(client: httpx2.Client, number: int) -> None:
    id_ = str(uuid.UUID(int=number + 1))
    client.post("resource_providers", json={"name": f"h{number}", "uuid": id_}).raise_for_status()
    stock = {"VCPU": {"total": 32}, "MEMORY_MB": {"total": 262144}}
    wanted: dict[str, Any] = {"resource_provider_generation": 0, "inventories": stock}
    client.put(f"resource_providers/{id_}/inventories", json=wanted).raise_for_status()


def _claim(client: httpx2.Client) -> None:
    wish = {"resources": "VCPU:1,MEMORY_MB:1024", "limit": "5"}
    found = client.get("allocation_candidates", params=wish).raise_for_status().json()["allocation_requests"][0]
    owner = {"project_id": str(uuid.uuid4()), "user_id": str(uuid.uuid4()), "consumer_type": "VM"}
    claim = {**found, **owner, "consumer_generation": None}
    client.put(f"allocations/{uuid.uuid4()}", json=claim).raise_for_status()
