"""The dnsmasq that serves TFTP, as a child of openQRM."""

from __future__ import annotations

from collections.abc import Sequence

from openqrm.plugin_api.service import Child, Site
from openqrm_plugins.tftpd.settings import Settings


def children(settings: Settings, site: Site) -> tuple[Child, ...]:
    """One dnsmasq on openQRM's address in each network that machines boot from; none without such a network."""
    addresses = sorted({network.address for network in site.networks if network.dhcp != "off" and network.address})
    if not addresses:
        return ()
    configuration = site.directory / "dnsmasq.conf"
    text = render_config(addresses, settings.folder)
    argv = ("dnsmasq", f"--conf-file={configuration}")
    return (Child(name="dnsmasq", argv=argv, files=((configuration, text.encode()),)),)


def render_config(addresses: Sequence[str], folder: str) -> str:
    """The whole configuration: no DNS, no DHCP, read only, nothing outside the folder."""
    lines = [
        "# Written by openQRM from its networks and the settings of plugin tftpd; changes here are lost.",
        "keep-in-foreground",
        "log-facility=-",
        "user=root",
        "pid-file=",
        "port=0",
        "bind-interfaces",
        *(f"listen-address={address}" for address in addresses),
        "enable-tftp",
        f"tftp-root={folder}",
    ]
    return "\n".join(lines) + "\n"
