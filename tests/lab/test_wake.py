"""A machine without a management controller: off by its agent, on by a packet, for real but for the card that hears it.

QEMU's network cards do not wake. So somebody on the machines' network listens as a card does, and presses the button.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab import lan
from lab.demo.api import Api, Refused
from lab.demo.openqrm import serving
from lab.fixtures import SUPPLIES
from lab.images.kernel import ensure_kernel
from lab.machine import Machine
from lab.peers import Peer, rack_peers
from lab.rack import Rack
from tests.journeys.demonstration import eventually
from tests.journeys.test_storage_host import NETWORK

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]


@dataclass
class Site:
    api: Api
    machine: Machine
    heard: list[str] = field(default_factory=list)

    def condition(self) -> str:
        rows = self.api.ask("resource", "list")
        return next((row["condition"] for row in rows if row["mac"] == self.machine.hardware.mac), "")

    def until(self, condition: str) -> None:
        eventually(lambda: self.condition() == condition, lambda: [self.condition(), self.machine.console()[-500:]])

    def be_its_card(self, peer: Peer) -> None:
        """Press the button for every packet that is for this machine."""
        card = peer.start(sys.executable, "-m", "tests.lab.wake_card", "eth0", self.machine.hardware.mac)
        assert card.stdout and card.stdout.readline().strip() == "listening"
        lines = card.stdout

        def press() -> None:
            for line in lines:
                self.heard.append(line.strip())
                self.machine.on()

        threading.Thread(target=press, daemon=True).start()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(tmp_path / "rack", machines=1))
        (peer,) = parts.enter_context(rack_peers(lan.SERVER_ADDRESS, 9))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        api = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080")).api
        made = Site(api, rack.machines[0])
        api.do("network", "create", **NETWORK)
        api.do("plugin", "set", name="dhcpd", settings={"directory": str(tmp_path / "dhcp")})
        for plugin in ("dhcpd", "wake-on-lan"):
            api.do("plugin", "enable", name=plugin)
        api.do("kernel", "add", name="default", source=str(ensure_kernel(SUPPLIES).folder.absolute()))
        made.be_its_card(peer)
        yield made


def test_off_by_its_agent_and_on_by_a_packet(site: Site) -> None:
    site.machine.on()
    site.until("idle")
    (row,) = site.api.ask("resource", "list", condition="idle")
    site.api.do("resource", "edit", name=row["name"], bmc_driver="wake-on-lan")
    site.api.do("resource", "power-off", name=row["name"])
    site.until("off")
    eventually(lambda: not site.machine.power(), lambda: "it is on")
    with pytest.raises(Refused, match="wake-on-lan only switches"):
        site.api.do("resource", "power-off", name=row["name"])
    assert not site.heard
    site.api.do("resource", "power-on", name=row["name"])
    assert site.heard and site.heard[0] == "woken by a frame to ff:ff:ff:ff:ff:ff"
    site.until("idle")
