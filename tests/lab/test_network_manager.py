"""Bridges of a host that is reached by SSH over the very card: kept when it still answers, gone back on when not.

The host is a network namespace with an sshd of its own, and folders of its own where it keeps its network.
"""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from lab.demo.api import Api, Refused
from lab.demo.openqrm import serving
from lab.peers import Peer, peers
from lab.storage_host import StorageHost
from openqrm.plugin_api import Host, NotYet, Satisfied, StepError
from openqrm_plugins.network_manager.actions import PutIntoBridge
from openqrm_plugins.network_manager.bridge import Bridge
from tests.journeys.test_storage_host import own_key

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

INTERFACES = """\
# of the host
auto lo
iface lo inet loopback
source /etc/network/interfaces.d/*

allow-hotplug eth0
iface eth0 inet static
    address 10.78.4.2/24
    gateway 10.78.4.1
"""
SSHD = """\
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
ListenAddress 10.78.4.2:22
ListenAddress 0.0.0.0:22
"""
# What it writes is its own: /etc/network, /etc/systemd and /run/openqrm-network.
ENTER = """
mount --make-rprivate /
mkdir -p /run/openqrm-network /run/sshd /etc/network /etc/systemd
mount -t tmpfs own /run/openqrm-network
mount --bind "$0/network" /etc/network
mount --bind "$0/systemd" /etc/systemd
exec /usr/sbin/sshd -D -e -f "$0/sshd_config"
"""


@dataclass(frozen=True)
class OneHost:
    """A world that is no more than a host."""

    only: Host

    def host(self, _resource: str) -> Host:
        return self.only


@dataclass
class Site:
    api: Api
    host: Peer
    folder: Path

    def interfaces(self) -> str:
        return (self.folder / "network/interfaces").read_text()

    def parts(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "network/interfaces.d").iterdir())

    def address_on(self, interface: str) -> bool:
        return self.host.address in self.host.run("ip", "-4", "addr", "show", "dev", interface).stdout

    def routes(self) -> str:
        return self.host.run("ip", "-4", "route").stdout

    def bridges(self) -> Any:
        return self.api.ask("bridge", "list", resource="host1")


@contextmanager
def sshd(host: Peer, folder: Path) -> Iterator[str]:
    """The public half of its host key."""
    (folder / "network/interfaces.d").mkdir(parents=True)
    (folder / "systemd").mkdir()
    (folder / "network/interfaces").write_text(INTERFACES)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(folder / "host_key")
    (folder / "host_key").chmod(0o600)
    (folder / "authorized_keys").touch()
    (folder / "sshd_config").write_text(SSHD.format(folder=folder).replace("ListenAddress 10.78.4.2:22\n", ""))
    argv = ["ip", "netns", "exec", host.name, "unshare", "--mount", "sh", "-ec", ENTER, str(folder)]
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _until_it_listens(host.address, folder / "sshd.log")
        yield " ".join(key.export_public_key().decode().split()[:2])
    finally:
        process.kill()
        process.wait()


def _until_it_listens(address: str, log: Path) -> None:
    deadline = time.monotonic() + 90
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((address, 22)) == 0:
                return
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as parts:
        (host,) = parts.enter_context(peers(4))
        assert host.run("ip", "route", "add", "default", "via", host.storage).returncode == 0
        folder = tmp_path / "host"
        key = parts.enter_context(sshd(host, folder))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        api = parts.enter_context(serving(tmp_path, [listening], "127.0.0.1:0", "127.0.0.1:0")).api
        (folder / "authorized_keys").write_text(own_key(api.ask("resource", "show", name="openqrm")) + "\n")
        api.do("plugin", "enable", name="network-manager")
        api.do(
            "resource",
            "add",
            name="host1",
            mac="52:54:00:78:04:02",
            address=host.address,
            managed=False,
            ssh_host_key=key,
        )
        yield Site(api, host, folder)


def test_a_card_goes_into_a_bridge_under_the_connection_and_out_again(site: Site) -> None:
    before = site.routes()
    site.api.do("bridge", "create", resource="host1", bridge="br0", card="eth0")
    assert site.address_on("br0") and not site.address_on("eth0")
    assert site.routes() == before.replace("eth0", "br0")
    (row,) = site.bridges()
    assert row == {"name": "br0", "ports": ["eth0"], "networks": ["10.78.4.2/24"], "is_ours": True}
    assert site.parts() == ["openqrm-br0"]
    kept = (site.folder / "network/interfaces.d/openqrm-br0").read_text()
    assert "iface br0 inet static\n    address 10.78.4.2/24\n    gateway 10.78.4.1\n" in kept
    assert "#openqrm-br0# iface eth0 inet static\n" in site.interfaces() and "iface lo" in site.interfaces()
    with pytest.raises(Refused, match="is in a bridge already"):
        site.api.do("bridge", "create", resource="host1", bridge="br1", card="eth0")
    site.api.do("bridge", "remove", resource="host1", bridge="br0")
    assert site.address_on("eth0") and site.routes() == before and not site.bridges()
    assert (site.interfaces(), site.parts()) == (INTERFACES, [])


def test_a_host_that_is_cut_off_goes_back_by_itself(site: Site) -> None:
    before = site.routes()
    site.api.do("plugin", "set", name="network-manager", settings={"patience_s": "15"})
    with pytest.raises(Refused, match="went back by itself"):
        site.api.do("bridge", "create", resource="host1", bridge="br0", card="eth0", address="10.99.0.5/24")
    assert site.address_on("eth0") and site.routes() == before and not site.bridges()
    assert (site.interfaces(), site.parts()) == (INTERFACES, [])
    assert not [line for line in site.host.run("ip", "link").stdout.splitlines() if "br0" in line]


def test_what_the_host_cannot_do_is_told_and_leaves_no_trace(site: Site) -> None:
    """The kernel here knows no VLANs, or else this is what one is."""
    vlan = {"resource": "host1", "bridge": "br20", "card": "eth0", "vlan": 20}
    before = site.host.run("ip", "link").stdout
    try:
        site.api.do("bridge", "create", **vlan, address="10.20.0.5/24")
    except Refused as refused:
        assert "it did not work: Error: Unknown device type" in str(refused)
    else:
        shown = site.host.run("ip", "-d", "link", "show", "eth0.20").stdout
        assert "802.1Q id 20" in shown and "master br20" in shown and site.parts() == ["openqrm-br20"]
        site.api.do("bridge", "remove", resource="host1", bridge="br20")
    assert site.address_on("eth0") and site.host.run("ip", "link").stdout == before
    assert (site.interfaces(), site.parts()) == (INTERFACES, [])


@pytest.mark.lab
def test_a_vlan_on_a_kernel_that_knows_them(storage_host: StorageHost) -> None:
    """The card, over which the host is reached, stays as it is."""
    host = storage_host.host
    world = OneHost(host)
    before = host.run(("ip", "-o", "addr")).out
    action = PutIntoBridge("box", Bridge("br20", "eth0", 20, "10.20.0.5/24"), 45)
    for _ in range(2):  # the connection of before is not enough
        with suppress(StepError):
            action.ensure(world)
        time.sleep(1)
    assert isinstance(action.observe(world), Satisfied)
    shown = host.run(("ip", "-d", "link", "show", "eth0.20")).out
    assert "vlan protocol 802.1Q id 20" in shown and "master br20" in shown
    assert "10.20.0.5/24" in host.run(("ip", "addr", "show", "dev", "br20")).out
    away = action.inverse()
    away.ensure(world)
    while isinstance(seen := away.observe(world), NotYet):
        time.sleep(0.5)
    assert isinstance(seen, Satisfied), seen
    assert host.run(("ip", "-o", "addr")).out == before
