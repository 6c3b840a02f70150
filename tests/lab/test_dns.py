"""The plugin dns answers dig, while names come, change and go."""

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from lab import lan
from lab.fixtures import MakeRack
from openqrm.plugin_api import Machine, Network
from openqrm.plugin_api.service import Site
from openqrm.plugin_host.supervisor import Supervisor
from openqrm_plugins.dns.driver import Driver
from openqrm_plugins.dns.service import children
from openqrm_plugins.dns.settings import Settings
from tests.lab.pxe import eventually
from tests.lab.world_here import WorldHere

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

FIRST = Machine(resource="m1", mac="52:54:00:77:01:01", address="10.77.0.50")
SECOND = Machine(resource="m2", mac="52:54:00:77:01:02", address="10.77.0.51")


def _leads_to(machine: Machine) -> bool:
    return dig("+short", "web.rack.example") == f"{machine.address}\n"


@pytest.fixture
def driver(make_rack: MakeRack, tmp_path: Path) -> Iterator[Driver]:
    """A driver whose dnsmasq serves the rack's network."""
    make_rack()
    settings = Settings(domain="rack.example", directory=str(tmp_path / "shared"))
    network = Network(name="lan", cidr=lan.NETWORK, interface=lan.BRIDGE, address=lan.SERVER_ADDRESS)
    site = Site(networks=(network,), directory=tmp_path / "dns", address=lan.SERVER_ADDRESS, http_url="")
    supervisor = Supervisor(tmp_path)
    supervisor.apply({"dns": children(settings, site)})
    try:
        eventually(lambda: "NXDOMAIN" in dig("nobody.rack.example"), "DNS answers")
        yield Driver(settings)
    finally:
        supervisor.close()


def dig(*question: str) -> str:
    argv = ["dig", f"@{lan.SERVER_ADDRESS}", "+time=1", "+tries=1", *question]
    return subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False).stdout


def test_a_name_comes_and_goes(driver: Driver) -> None:
    world = WorldHere()
    (publish,) = driver.plan_publish("web", FIRST)
    publish.action.ensure(world)
    eventually(lambda: dig("+short", "web.rack.example") == "10.77.0.50\n", "the name is found")
    assert dig("+short", "-x", "10.77.0.50") == "web.rack.example.\n"
    (withdraw,) = driver.plan_withdraw("web", FIRST)
    withdraw.action.ensure(world)
    eventually(lambda: "NXDOMAIN" in dig("web.rack.example"), "the name is gone")


def test_a_name_moves_to_another_machine(driver: Driver) -> None:
    world = WorldHere()
    for machine in (FIRST, SECOND):
        (publish,) = driver.plan_publish("web", machine)
        publish.action.ensure(world)
        eventually(partial(_leads_to, machine), "the name leads there")


def test_other_names_are_refused_and_not_asked_for_elsewhere(driver: Driver) -> None:
    assert "REFUSED" in dig("example.com")
