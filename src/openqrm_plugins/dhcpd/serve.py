"""Becomes dnsmasq, unless another DHCP server answers on one of the networks.

    python -m openqrm_plugins.dhcpd.serve CONFIGURATION DIRECTORY [INTERFACE…]

Looked on are the INTERFACES; without any nobody is asked. It is a program of its own so that it looks again whenever
dnsmasq is started.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from openqrm_plugins.dhcpd.addresses import ADDRESSES, find_mute, render_advice
from openqrm_plugins.dhcpd.asking import ask
from openqrm_plugins.dhcpd.discover import Offer


def render_refusal(interface: str, offer: Offer) -> str:
    """What the operator is told."""
    return (
        f"refused: the DHCP server {offer.by} answers on {interface} (it offered {offer.address}). Two servers on "
        "one network give out the same addresses twice. Switch the other one off; or set dhcp of this network to "
        "proxy, to serve beside it; or, when you know better, set beside_foreign of plugin dhcpd."
    )


def _addresses() -> str:
    try:
        return Path(ADDRESSES).read_text()
    except FileNotFoundError:  # IPv6 is switched off as a whole
        return ""


def _show_leases(shown: Path, leases: Path) -> None:
    """Beside what actions know: dnsmasq keeps them where they outlive the machine's next boot."""
    if shown != leases:
        shown.unlink(missing_ok=True)
        shown.symlink_to(leases)


def main(configuration: str, directory: str, *interfaces: str) -> str:
    """Become dnsmasq; the refusal when there is a foreign server."""
    Path(directory, "hosts").mkdir(parents=True, exist_ok=True)
    Path(directory, "pid").unlink(missing_ok=True)  # its being there again means: it serves
    _show_leases(Path(directory, "leases"), Path(configuration).with_name("leases"))
    for interface in interfaces:
        try:
            offer = next(ask(interface), None)
        except OSError as error:
            return f"cannot look for other DHCP servers on {interface}: {error.strerror}. Is the interface up?"
        if offer:
            return render_refusal(interface, offer)
    for interface in find_mute(_addresses(), interfaces):
        sys.stderr.write(f"{render_advice(interface)}\n")
    os.execvp("dnsmasq", ["dnsmasq", f"--conf-file={configuration}"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
