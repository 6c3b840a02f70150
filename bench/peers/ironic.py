"""The peer of the registration: Ironic on SQLite, conductor and API in one process, asked over its REST API."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from bench.usage import tree_cpu_s

PROGRAMS = Path("build/bench/peers/ironic/bin").resolve()
READY = PROGRAMS.parent / "ready"
_PORT = 16385
_START_S = 60.0
_API_VERSION = {"X-OpenStack-Ironic-API-Version": "1.80"}

_CONF = """\
[DEFAULT]
auth_strategy = noauth
enabled_hardware_types = fake-hardware
enabled_power_interfaces = fake
enabled_management_interfaces = fake
enabled_deploy_interfaces = fake
enabled_boot_interfaces = fake
enabled_network_interfaces = noop
enabled_inspect_interfaces = fake,no-inspect
enabled_raid_interfaces = fake,no-raid
enabled_bios_interfaces = fake,no-bios
enabled_console_interfaces = fake,no-console
enabled_storage_interfaces = noop
enabled_vendor_interfaces = fake,no-vendor
enabled_firmware_interfaces = fake,no-firmware
default_network_interface = noop
rpc_transport = none
host = bench
my_ip = 127.0.0.1
log_file = {folder}/ironic.log
[database]
connection = sqlite:///{folder}/ironic.sqlite
[api]
host_ip = 127.0.0.1
port = {port}
[oslo_concurrency]
lock_path = {folder}/lock
[pxe]
tftp_root = {folder}/tftp
tftp_master_path = {folder}/tftp-master
instance_master_path = {folder}/instances
images_path = {folder}/images
[deploy]
http_root = {folder}/http
[service_catalog]
auth_type = none
endpoint_override = http://127.0.0.1:{port}
"""


def missing() -> str:
    """Why there is no peer; empty when there is."""
    return "" if READY.exists() else "Ironic could not be installed: build/bench/peers/ironic.log"


def registration_cpu_ms(folder: Path, machines: int) -> float:
    """CPU-milliseconds of the server for one machine with its inventory and two network cards."""
    with _served(folder) as (process, client):
        for number in range(10):
            _register(client, number)
        before = tree_cpu_s(process.pid)
        for number in range(10, 10 + machines):
            _register(client, number)
        return (tree_cpu_s(process.pid) - before) / machines * 1000


@contextmanager
def _served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "ironic.conf"
    conf.write_text(_CONF.format(folder=folder, port=_PORT))
    subprocess.run([str(PROGRAMS / "ironic-dbsync"), f"--config-file={conf}", "create_schema"], check=True, timeout=60)
    process = subprocess.Popen([str(PROGRAMS / "ironic"), f"--config-file={conf}"])
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{_PORT}/v1/", headers=_API_VERSION, timeout=30) as client:
            _wait_for(client)
            yield process, client
    finally:
        process.kill()
        process.wait()


def _wait_for(client: httpx2.Client) -> None:
    """Until its conductor has told which drivers it has."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            if client.get("drivers").json()["drivers"]:
                return
        except (httpx2.HTTPError, KeyError, ValueError):
            pass
        time.sleep(0.3)
    raise TimeoutError(f"Ironic has no driver after {_START_S:.0f} s")


def _register(client: httpx2.Client, number: int) -> None:
    properties = {"cpus": 16, "memory_mb": 65536, "local_gb": 480, "cpu_arch": "x86_64"}
    made = client.post("nodes", json={"driver": "fake-hardware", "name": f"m{number}", "properties": properties})
    made.raise_for_status()
    for card in range(2):
        mac = f"52:54:00:{number >> 8:02x}:{number & 255:02x}:{card:02x}"
        client.post("ports", json={"node_uuid": made.json()["uuid"], "address": mac}).raise_for_status()
