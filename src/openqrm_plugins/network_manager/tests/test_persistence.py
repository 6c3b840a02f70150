"""What the network services of hosts get to read, and that it can all be taken back."""

import pytest

from openqrm_plugins.network_manager.bridge import Bridge
from openqrm_plugins.network_manager.persistence import (
    Given,
    about,
    reads_parts,
    render_ifupdown,
    render_networkd,
    restore,
    silence,
)

BR0, BR20 = Bridge("br0", "eth0"), Bridge("br20", "eth0", 20)
STATIC = Given(("10.0.0.5/24", "fd00::5/64"), "10.0.0.1")
INTERFACES = """\
# the installer's
source-directory interfaces.d
auto lo eth0
iface lo inet loopback
allow-hotplug eth0
iface eth0 inet static
\taddress 10.0.0.5/24

\t# by hand
\tgateway 10.0.0.1
iface eth0 inet6 auto
auto eth1
iface eth1 inet dhcp
"""


def test_ifupdown_with_what_the_bridge_has() -> None:
    text = render_ifupdown(BR0, STATIC)
    assert text.splitlines()[:6] == [
        "# openqrm bridge of eth0 vlan 0",
        "auto br0",
        "iface br0 inet static",
        "    address 10.0.0.5/24",
        "    gateway 10.0.0.1",
        "    up ip addr replace fd00::5/64 dev br0",
    ]
    assert "    pre-up ip link set dev eth0 master br0 up\n" in text
    assert about(text, "br0") == BR0 and about("auto br0\n", "br0") is None


@pytest.mark.parametrize(
    ("given", "method"), [(Given(), "manual"), (STATIC, "static"), (Given(("10.0.0.5/24",), "", by_dhcp=True), "dhcp")]
)
def test_ifupdown_by_the_method_that_gave_it(given: Given, method: str) -> None:
    text = render_ifupdown(BR20, given)
    assert f"iface br20 inet {method}\n" in text and ("address" in text) == (method == "static")
    assert "ip link add link eth0 name eth0.20 type vlan id 20" in text and about(text, "br20") == BR20


def test_the_cards_own_lines_are_comments_and_come_back() -> None:
    silent = silence(INTERFACES, BR0)
    active = [line for line in silent.splitlines() if line.strip() and not line.startswith("#")]
    assert active == [
        "source-directory interfaces.d", "auto lo eth0", "iface lo inet loopback", "auto eth1", "iface eth1 inet dhcp",
    ]  # fmt: skip
    assert silence(silent, BR0) == silent, "twice is as good as once"
    assert restore(silent, BR0) == INTERFACES
    assert restore(silent, Bridge("br1", "eth0")) == silent, "another bridge's marks stay"
    assert silence(INTERFACES, BR20) == INTERFACES, "beneath a VLAN the card stays as it is"


def test_networkd_gets_files_that_come_first() -> None:
    files = render_networkd(BR0, STATIC, "52:54:00:00:00:05")
    assert all(path.startswith("/etc/systemd/network/00-openqrm-br0") for path in files)
    text = "".join(files.values())
    assert "MACAddress=52:54:00:00:00:05\n" in text and "[Match]\nName=eth0\n[Network]\nBridge=br0\n" in text
    assert "Address=10.0.0.5/24\nAddress=fd00::5/64\nGateway=10.0.0.1\n" in text
    by_dhcp = "".join(render_networkd(BR0, Given(("10.0.0.5/24",), "10.0.0.1", by_dhcp=True), "").values())
    assert "DHCP=yes\n" in by_dhcp and "Address=" not in by_dhcp.replace("MACAddress=", "")


@pytest.mark.parametrize(
    ("line", "reads"),
    [
        ("source /etc/network/interfaces.d/*", True),
        ("source-directory interfaces.d", True),
        ("# source /etc/network/interfaces.d/*", False),
        ("source /etc/other/*", False),
    ],
)
def test_whether_ifupdown_reads_parts(line: str, reads: bool) -> None:
    assert reads_parts(f"auto lo\n{line}\n") == reads
