"""The dnsmasq that serves DHCP, as a child of openQRM."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

from openqrm.plugin_api.service import Child, Site
from openqrm_plugins.dhcpd.asking import LOOK_S
from openqrm_plugins.dhcpd.configuration import Places, is_served, render_config
from openqrm_plugins.dhcpd.settings import Settings


def children(settings: Settings, site: Site) -> tuple[Child, ...]:
    """One dnsmasq for all networks; none when no network has DHCP by us."""
    served = [network for network in site.networks if is_served(network)]
    if not served:
        return ()
    places = Places(PurePosixPath(settings.directory), PurePosixPath(site.directory))
    configuration = site.directory / "dnsmasq.conf"
    text = render_config(served, settings, places, site.http_url)
    alone = () if settings.beside_foreign else tuple(n.interface for n in served if n.dhcp == "full")
    child = Child(
        name="dnsmasq",
        argv=(sys.executable, "-m", "openqrm_plugins.dhcpd.serve", str(configuration), settings.directory, *alone),
        files=((configuration, text.encode()),),
        ready=("test", "-s", str(Path(places.pid))),
        ready_timeout_s=LOOK_S + 10,
    )
    return (child,)
