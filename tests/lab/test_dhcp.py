"""The plugins dhcpd and tftpd lead real firmware to the boot door, beside foreign servers and hostile clients."""

import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from lab import lan
from lab.fixtures import MakeRack
from lab.qemu import Firmware
from openqrm.plugin_api import Machine, Network
from openqrm.plugin_api.checks import Verdict
from openqrm.plugin_api.service import Site
from openqrm.plugin_host.supervisor import Supervisor
from openqrm_plugins.dhcpd.asking import ask
from openqrm_plugins.dhcpd.check import look
from openqrm_plugins.dhcpd.driver import Driver
from openqrm_plugins.dhcpd.service import children as dhcp_children
from openqrm_plugins.dhcpd.settings import Settings
from openqrm_plugins.tftpd.service import children as tftp_children
from openqrm_plugins.tftpd.settings import Settings as TftpSettings
from tests.lab.pxe import eventually
from tests.lab.world_here import WorldHere

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

PORT = 8080
SCRIPT = b"#!ipxe\necho the script runs\nsleep 1000\n"
FOREIGN = "10.77.0.2"
RACK = Network(
    name="lan", cidr=lan.NETWORK, interface=lan.BRIDGE, address=lan.SERVER_ADDRESS, first="10.77.0.50",
    last="10.77.0.99", domain="rack.example",
)  # fmt: skip


class Services:
    """Both plugins and a web server in place of the boot door."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.directory, self.settings = directory, settings
        self.asked: list[dict[str, str]] = []
        self.supervisor = Supervisor(directory)

    def start(self, mode: str = "full") -> None:
        network = replace(RACK, dhcp=mode)
        self.supervisor.apply(
            {
                "tftpd": tftp_children(TftpSettings(), self._site("tftpd", network)),
                "dhcpd": dhcp_children(self.settings, self._site("dhcpd", network)),
            }
        )

    def _site(self, plugin: str, network: Network) -> Site:
        url = f"http://{lan.SERVER_ADDRESS}:{PORT}"
        directory = self.directory / plugin
        return Site(networks=(network,), directory=directory, address=lan.SERVER_ADDRESS, http_url=url)

    def dhcp_state(self) -> str:
        return self.supervisor.status()["dhcpd"]["dnsmasq"].state

    def leases(self) -> str:
        return (self.directory / "dhcpd" / "leases").read_text()


@contextmanager
def services(directory: Path, *, beside_foreign: bool = True) -> Iterator[Services]:
    made = Services(directory, Settings(beside_foreign=beside_foreign, directory=str(directory / "shared")))
    web = ThreadingHTTPServer((lan.SERVER_ADDRESS, PORT), _door(made))
    threading.Thread(target=web.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made
    finally:
        made.supervisor.close()
        web.shutdown()
        web.server_close()


def _door(services: Services) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            services.asked.append({"path": urlsplit(self.path).path, **dict(parse_qsl(urlsplit(self.path).query))})
            self.send_response(200)
            self.send_header("Content-Length", str(len(SCRIPT)))
            self.end_headers()
            self.wfile.write(SCRIPT)

        def log_message(self, *words: object) -> None:
            """Keep quiet."""

    return Door


@contextmanager
def neighbour(name: str, address: str = "") -> Iterator[Sequence[str]]:
    """Another computer on the rack's network: what to put before its commands."""

    def ip(line: str) -> None:
        subprocess.run(["ip", *line.split()], check=True, timeout=10)

    inside = ("ip", "netns", "exec", name)
    ip(f"netns add {name}")
    try:
        ip(f"link add {name} type veth peer name eth0 netns {name}")
        ip(f"link set {name} master {lan.BRIDGE} up")
        if address:
            ip(f"-n {name} addr add {address}/24 dev eth0")
        ip(f"-n {name} link set eth0 up")
        yield inside
    finally:
        ip(f"netns delete {name}")


@contextmanager
def foreign_dhcp() -> Iterator[None]:
    """A DHCP server that is not ours, and knows nothing of booting."""
    with neighbour("foreign", FOREIGN) as inside:
        options = ("--port=0", "--dhcp-range=10.77.0.100,10.77.0.150", "--interface=eth0", "--no-ping")
        places = ("--conf-file=/dev/null", "--pid-file=", "--dhcp-leasefile=/run/foreign.leases")
        process = subprocess.Popen([*inside, "dnsmasq", "-k", "--user=root", *options, *places])
        try:
            eventually(lambda: next(ask(lan.BRIDGE, 0.5), None), "the foreign server serves")
            yield
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Lease:
    """What a DHCP client was given."""

    server: str
    address: str
    host_name: str


def lease(inside: Sequence[str], *options: str) -> Lease:
    """Ask for a lease as a client would that starts."""
    told = Path("/run/udhcpc-told")
    told.write_text('#!/bin/busybox sh\necho "$serverid|$ip|$hostname" > /run/udhcpc-lease\n')
    told.chmod(0o755)
    argv = [*inside, "busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "10", "-T", "1", "-s", str(told)]
    subprocess.run([*argv, *options], capture_output=True, check=True, timeout=60)
    return Lease(*Path("/run/udhcpc-lease").read_text().rstrip("\n").split("|"))


@pytest.mark.parametrize(
    ("firmware", "mode", "arch"),
    [
        ("bios", "full", "i386-pcbios"),
        ("uefi", "full", "x86_64-efi"),
        ("bios", "proxy", "i386-pcbios"),
        ("uefi", "proxy", "x86_64-efi"),
    ],
)
def test_a_machine_asks_for_its_script(
    make_rack: MakeRack, tmp_path: Path, firmware: Firmware, mode: str, arch: str
) -> None:
    (machine,) = make_rack(firmware=firmware, loader_in_rom=firmware == "bios").machines
    with services(tmp_path) as served:
        with foreign_dhcp() if mode == "proxy" else nullcontext():
            served.start(mode)
            eventually(lambda: served.dhcp_state() == "running", "DHCP is served")
            machine.on()
            eventually(lambda: "the script runs" in machine.console(), "iPXE runs its script")
        query = served.asked[0]
    assert query["path"] == "/boot/script"
    assert (query["mac"], query["uuid"]) == (machine.hardware.mac, machine.hardware.uuid)
    assert (query["nic"], query["arch"]) == ("01:1a:f4:10:00", arch)
    if mode == "full":
        hardware = machine.hardware
        assert (query["serial"], query["product"], query["vendor"]) == (
            hardware.serial, hardware.product, hardware.vendor,
        )  # fmt: skip


def test_a_foreign_server_is_told_of_and_not_served_beside(make_rack: MakeRack, tmp_path: Path) -> None:
    make_rack()
    with services(tmp_path, beside_foreign=False) as served, neighbour("client") as client:
        with foreign_dhcp():
            assert [str(check.seen) for check in look(WorldHere(), [RACK])] == [f"{FOREIGN} answers on {lan.BRIDGE}"]
            served.start()
            eventually(lambda: served.dhcp_state() == "pausing", "it refuses to serve")
            assert served.supervisor.status()["dhcpd"]["dnsmasq"].because == "it ended with 1"
            assert lease(client).server == FOREIGN, "only the other one answers"
        eventually(lambda: served.dhcp_state() == "running", "it serves when the other one is gone")
        assert lease(client).server == lan.SERVER_ADDRESS
        assert [check.verdict for check in look(WorldHere(), [RACK])] == [Verdict.GOOD]


def test_a_machine_that_is_published_keeps_its_address_and_hears_its_name(make_rack: MakeRack, tmp_path: Path) -> None:
    make_rack()
    with services(tmp_path) as served, neighbour("client") as client:
        served.start()
        eventually(lambda: served.dhcp_state() == "running", "DHCP is served")
        mac = mac_of(client)
        driver, world = Driver(served.settings), WorldHere()
        machine = Machine(resource="m1", mac=mac, address="10.77.0.97")
        (publish,) = driver.plan_publish("web", machine)
        publish.action.ensure(world)
        assert lease(client) == Lease(lan.SERVER_ADDRESS, "10.77.0.97", "web")
        (withdraw,) = driver.plan_withdraw("web", machine)
        withdraw.action.ensure(world)
        eventually(lambda: lease(client).host_name == "", "the name is forgotten")


def mac_of(inside: Sequence[str]) -> str:
    done = subprocess.run([*inside, "cat", "/sys/class/net/eth0/address"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["$(reboot)", "`reboot`", "a;reboot", "../../etc/passwd", "x\ny", "localhost", "%s%n"])
def test_a_hostile_host_name_is_not_heard(make_rack: MakeRack, tmp_path: Path, name: str) -> None:
    make_rack()
    with services(tmp_path) as served, neighbour("client") as client:
        served.start()
        eventually(lambda: served.dhcp_state() == "running", "DHCP is served")
        assert lease(client, "-x", f"hostname:{name}", "-F", name).host_name == ""
        (line,) = [line for line in served.leases().splitlines() if mac_of(client) in line]
        assert line.split()[3] == "*", "no name of the client's own making"
        assert lease(client).address in line, "and it serves on"
        assert list((tmp_path / "shared" / "hosts").iterdir()) == []
