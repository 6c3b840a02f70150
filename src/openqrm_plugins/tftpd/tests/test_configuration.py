"""dnsmasq's configuration for TFTP, whole."""

from pathlib import Path

from openqrm.plugin_api import Network
from openqrm.plugin_api.service import Site
from openqrm_plugins.tftpd.service import children
from openqrm_plugins.tftpd.settings import Settings

LAN = Network(name="lan", address="10.77.0.1")
OFFICE = Network(name="office", address="192.168.4.9", dhcp="proxy")
SILENT = Network(name="silent", address="10.99.0.1", dhcp="off")
WHOLE = """\
# Written by openQRM from its networks and the settings of plugin tftpd; changes here are lost.
keep-in-foreground
log-facility=-
user=root
pid-file=
port=0
bind-interfaces
listen-address=10.77.0.1
listen-address=192.168.4.9
enable-tftp
tftp-root=/usr/lib/ipxe
"""


def site(*networks: Network) -> Site:
    return Site(networks=networks, directory=Path("/state/tftpd"), address="10.77.0.1", http_url="http://10.77.0.1")


def test_it_serves_where_machines_boot_from() -> None:
    (child,) = children(Settings(), site(OFFICE, LAN, SILENT))
    assert child.argv == ("dnsmasq", "--conf-file=/state/tftpd/dnsmasq.conf")
    assert dict(child.files)[Path("/state/tftpd/dnsmasq.conf")].decode() == WHOLE


def test_without_a_network_there_is_no_child() -> None:
    assert children(Settings(), site(SILENT)) == ()
