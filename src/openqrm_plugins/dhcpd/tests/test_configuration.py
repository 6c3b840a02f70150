"""dnsmasq's configuration, whole, by golden files, and what may not get into it."""

from pathlib import Path, PurePosixPath

import pytest

from openqrm.plugin_api import Network, PlanningError
from openqrm.plugin_api.service import Site
from openqrm_plugins.dhcpd.configuration import Places, boot_url, is_served, render_config
from openqrm_plugins.dhcpd.service import children
from openqrm_plugins.dhcpd.settings import Settings

GOLDEN = Path(__file__).parent / "golden"
HTTP = "http://10.77.0.1:8080"
LAN = Network(
    name="lan", cidr="10.77.0.0/24", interface="eth1", address="10.77.0.1", first="10.77.0.50", last="10.77.0.99",
    gateway="10.77.0.254", nameserver="10.77.0.1", domain="rack.example",
)  # fmt: skip
OFFICE = Network(name="office", cidr="192.168.4.0/22", interface="eth2", address="192.168.4.9", dhcp="proxy")
SILENT = Network(name="silent", cidr="10.99.0.0/24", interface="eth3", address="10.99.0.1", dhcp="off")
PLACES = Places(PurePosixPath("/var/lib/openqrm/dhcpd"), PurePosixPath("/state/dhcpd"))


@pytest.mark.parametrize(
    ("name", "networks", "settings"),
    [
        ("full", [LAN], Settings()),
        ("bare", [Network(**{**vars(LAN), "gateway": "", "nameserver": "", "domain": ""})], Settings(lease_time_s=600)),
        ("proxy", [OFFICE], Settings(router_advertisement=False)),
        ("both", [LAN, OFFICE, SILENT], Settings()),
    ],
)
def test_the_whole_configuration(name: str, networks: list[Network], settings: Settings) -> None:
    assert render_config(networks, settings, PLACES, HTTP) == (GOLDEN / f"{name}.conf").read_text()


def test_no_client_can_make_dnsmasq_run_anything() -> None:
    assert "script" not in render_config([LAN, OFFICE], Settings(), PLACES, HTTP).replace("/boot/script?", "")


@pytest.mark.parametrize("field", ["interface", "address", "first", "last", "gateway", "nameserver", "domain"])
@pytest.mark.parametrize("nasty", ["x\ndhcp-script=/bin/sh", "a,b", "a b", "$(reboot)", "é"])
def test_a_field_is_one_word_of_the_configuration(field: str, nasty: str) -> None:
    with pytest.raises(PlanningError, match=f"{field} of network lan") as refused:
        render_config([Network(**{**vars(LAN), field: nasty})], Settings(), PLACES, HTTP)
    assert refused.value.hint.startswith(f"Set {field} without")


@pytest.mark.parametrize("field", ["interface", "address", "first", "last"])
def test_a_network_we_are_not_attached_to_is_not_served(field: str) -> None:
    assert is_served(LAN)
    assert not is_served(Network(**{**vars(LAN), field: ""}))


def test_the_longest_address_fits_into_the_packet_of_a_proxy() -> None:
    network = Network(name="x", cidr="255.255.255.0/24", address="255.255.255.255", dhcp="proxy")
    assert len(boot_url(network, "http://10.0.0.1:65535")) <= 127


def test_the_boot_door_is_reached_by_the_address_on_the_same_network() -> None:
    assert boot_url(OFFICE, HTTP).startswith("http://192.168.4.9:8080/boot/script?mac=${netX/mac}&")
    assert boot_url(Network(name="x"), "http://boot.example").startswith("http://boot.example/boot/script?")


def site(*networks: Network) -> Site:
    return Site(networks=networks, directory=Path("/state/dhcpd"), address="10.77.0.1", http_url=HTTP)


def test_the_child_looks_for_foreign_dhcp_where_it_gives_addresses() -> None:
    (child,) = children(Settings(), site(LAN, OFFICE, SILENT))
    assert child.argv[1:] == (
        "-m", "openqrm_plugins.dhcpd.serve", "/state/dhcpd/dnsmasq.conf", "/var/lib/openqrm/dhcpd", "eth1",
    )  # fmt: skip
    (told_so,) = children(Settings(beside_foreign=True), site(LAN))
    assert told_so.argv[-1] == "/var/lib/openqrm/dhcpd"
    assert children(Settings(), site(LAN)) == children(Settings(), site(LAN)), "nothing is restarted without need"


def test_without_a_network_there_is_no_child() -> None:
    assert children(Settings(), site(SILENT)) == ()
