"""The boot door and the uplink on loopback, on a database of their own, and a machine's way through them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import httpx2

from lab.boot_script import Orders, parse_script
from lab.simulated_hardware import SimulatedHardware
from openqrm.adapters.database import Database
from openqrm.api.listen import Listener, bind
from openqrm.boot.door import BootDoor, Site
from openqrm.boot.kernels import Kernels
from openqrm.boot.uplink.boots import secrets_of
from openqrm.boot.uplink.listener import Uplink
from openqrm.boot.writer import GroupWriter
from openqrm.domain.event import Event
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import Observation, Resource
from openqrm.plugin_api.codec import ActionCodec
from tests.unit.fresh import fresh_database

MAC = "52:54:00:77:00:01"
NAME = "m-525400770001"
STRANGERS = 100


class PlainVault:
    """ports.world.Vault without a key."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def keep(self, reference: str, secret: str) -> None:
        self.secrets[reference] = secret

    def holds(self, reference: str) -> bool:
        return reference in self.secrets

    def reveal(self, reference: str) -> str:
        return self.secrets[reference]

    def forget(self, reference: str) -> None:
        self.secrets.pop(reference, None)


class FilesBuilder:
    """Stands for the initrd builder: each file says what was asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def compose(self, bus_id: str, fragments: Any = ()) -> Path:
        path = self._folder / "initrd"
        path.write_text(" ".join(["initrd", bus_id, *fragments]))
        return path

    def transfer_fragment(self) -> Any:
        return "transfer"

    def modules_archive(self, wanted: list[str]) -> bytes:
        return ",".join(wanted).encode()


def fragment(type_: str) -> Any:
    """Stands for the initrd's part of a root."""
    return type_


@dataclass
class Running:
    """All that is running, and what it has written."""

    database: Database
    writer: GroupWriter
    uplink: Uplink
    http: httpx2.Client
    base: str
    vault: PlainVault
    rung: list[frozenset[str]] = field(default_factory=list)

    def script(self, mac: str = MAC, **more: str) -> str:
        return self.http.get("/boot/script", params={"mac": mac, "arch": "i386-pcbios", **more}).text

    def orders(self, mac: str = MAC, **more: str) -> Orders:
        orders = parse_script(self.script(mac, **more), self.base, {})
        assert orders
        return orders

    def register(self, orders: Orders, key: str, token: str | None = None, **wrong: object) -> httpx2.Response:
        body = SimulatedHardware(1).render_inventory(orders.boot, key, wrong)
        return self.post(body, token or orders.token)

    def post(self, body: bytes, token: str) -> httpx2.Response:
        return self.http.post("/boot/register", content=body, headers={"Authorization": f"Bearer {token}"})

    def seen(self, resource: str = NAME) -> Observation:
        return self.database.records.get(Observation, resource)

    def resource(self, name: str = NAME) -> Resource:
        return self.database.records.get(Resource, name)

    def topics(self) -> list[str]:
        return [event.topic for event in self.database.records.list(Event)]


def new_key(kind: str = "ssh-ed25519") -> asyncssh.SSHKey:
    return asyncssh.generate_private_key(kind)


def public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


def inventory(orders: Orders, key: str, **wrong: object) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SimulatedHardware(1).render_inventory(orders.boot, key, wrong))
    return loaded


@contextmanager
def running(folder: Path, **bounds: int) -> Iterator[Running]:
    database = fresh_database(folder, ActionCodec(()))
    (folder / "vmlinuz").write_bytes(b"a kernel")
    database.records.put(Kernel(name="k6", directory=str(folder), default=True, arguments="nokaslr"))
    rung: list[frozenset[str]] = []
    vault = PlainVault()
    writer = GroupWriter(database, rung.append)
    uplink = Uplink(writer, secrets_of(database.records, vault), folder / "keys/uplink", address="127.0.0.1", port=0)
    uplink.start()
    kernels = Kernels(database.records, FilesBuilder, fragment)
    door = BootDoor(
        Site(host_key=uplink.host_key, uplink_port=uplink.port, most_strangers=STRANGERS, **bounds),
        writer,
        kernels,
        vault,
    )
    listening = bind("127.0.0.1", 0)
    listener = Listener("boot", door, [listening])
    listener.start()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with httpx2.Client(base_url=base, timeout=20, trust_env=False, verify=False) as http:
        yield Running(database, writer, uplink, http, base, vault, rung)
    uplink.close()
    listener.close()
    writer.close()
    database.close()
