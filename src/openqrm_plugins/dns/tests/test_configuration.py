"""dnsmasq's configuration for DNS, whole, and what may be set."""

from pathlib import Path

import msgspec
import pytest

from openqrm.plugin_api import Network
from openqrm.plugin_api.service import Site
from openqrm_plugins.dns.service import children
from openqrm_plugins.dns.settings import Settings

WHOLE = """\
# Written by openQRM from its networks and the settings of plugin dns; changes here are lost.
keep-in-foreground
log-facility=-
user=root
pid-file=
bind-interfaces
listen-address=10.77.0.1
listen-address=192.168.4.9
no-hosts
no-resolv
domain-needed
bogus-priv
stop-dns-rebind
local=/rack.example/
server=10.0.0.53
hostsdir=/var/lib/openqrm/dns/names
"""


def site(*networks: Network) -> Site:
    return Site(networks=networks, directory=Path("/state/dns"), address="10.77.0.1", http_url="http://10.77.0.1")


def test_it_answers_in_every_network() -> None:
    networks = (Network(name="office", address="192.168.4.9", dhcp="off"), Network(name="lan", address="10.77.0.1"))
    (child,) = children(Settings(domain="rack.example", forward_to=("10.0.0.53",)), site(*networks))
    assert child.argv == ("dnsmasq", "--conf-file=/state/dns/dnsmasq.conf")
    assert dict(child.files)[Path("/state/dns/dnsmasq.conf")].decode() == WHOLE
    assert child.folders == (Path("/var/lib/openqrm/dns/names"),)


def test_without_a_network_there_is_no_child() -> None:
    assert children(Settings(), site(Network(name="elsewhere"))) == ()


@pytest.mark.parametrize(
    "raw",
    [
        {"domain": "rack.example\naddress=/x/1.2.3.4"},
        {"domain": "Rack"},
        {"domain": "a/b"},
        {"domain": ""},
        {"forward_to": ["10.0.0.53#5353"]},
        {"forward_to": ["x\n"]},
        {"directory": "names"},
        {"directory": "/a b"},
    ],
)
def test_a_setting_is_one_word_of_the_configuration(raw: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, Settings)
