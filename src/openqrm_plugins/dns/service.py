"""The dnsmasq that answers for names, as a child of openQRM."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openqrm.plugin_api.service import Child, Site
from openqrm_plugins.dns.settings import Settings


def children(settings: Settings, site: Site) -> tuple[Child, ...]:
    """One dnsmasq on openQRM's address in each network; none without a network."""
    addresses = sorted({network.address for network in site.networks if network.address})
    if not addresses:
        return ()
    configuration = site.directory / "dnsmasq.conf"
    text = render_config(addresses, settings)
    child = Child(
        name="dnsmasq",
        argv=("dnsmasq", f"--conf-file={configuration}"),
        files=((configuration, text.encode()),),
        folders=(Path(settings.directory, "names"),),  # watched from the start on, so that it has to be there
    )
    return (child,)


def render_config(addresses: Sequence[str], settings: Settings) -> str:
    """The whole configuration: no DHCP, no TFTP, nothing of this computer's own names and resolvers."""
    lines = [
        "# Written by openQRM from its networks and the settings of plugin dns; changes here are lost.",
        "keep-in-foreground",
        "log-facility=-",
        "user=root",
        "pid-file=",
        "bind-interfaces",
        *(f"listen-address={address}" for address in addresses),
        "no-hosts",
        "no-resolv",
        "domain-needed",
        "bogus-priv",
        "stop-dns-rebind",
        f"local=/{settings.domain}/",
        *(f"server={address}" for address in settings.forward_to),
        f"hostsdir={settings.directory}/names",
    ]
    return "\n".join(lines) + "\n"
