"""Becomes dnsmasq, unless another DHCP server answers on one of the networks.

    python -m openqrm_plugins.dhcpd.serve CONFIGURATION DIRECTORY [INTERFACE…]

Looked on are the INTERFACES; without any nobody is asked. It is a program of its own so that it looks again whenever
dnsmasq is started.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import time
from pathlib import Path

from openqrm_plugins.dhcpd.addresses import ADDRESSES, find_mute, render_advice
from openqrm_plugins.dhcpd.discover import Offer, parse_offer, render_discover

LOOK_S = 4.0  # a server may ping an address for 3 s before it offers it
_ASK_EVERY_S = 1.0
_DHCP_PORT, _CLIENT_PORT = 67, 68
_LARGEST = 1500


def find_foreign(interface: str, look_s: float = LOOK_S) -> Offer | None:
    """The first DHCP server that offers an address on this interface, None when none does in time."""
    transaction, mac = secrets.token_bytes(4), b"\x02" + secrets.token_bytes(5)
    question = render_discover(transaction, mac)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        ear.bind(("", _CLIENT_PORT))
        end = time.monotonic() + look_s
        ask = 0.0
        while (now := time.monotonic()) < end:
            if now >= ask:
                ear.sendto(question, ("255.255.255.255", _DHCP_PORT))
                ask = now + _ASK_EVERY_S
            if offer := _hear(ear, transaction, min(ask, end) - now):
                return offer
    return None


def _hear(ear: socket.socket, transaction: bytes, timeout_s: float) -> Offer | None:
    ear.settimeout(max(timeout_s, 0.01))
    try:
        return parse_offer(ear.recv(_LARGEST), transaction)
    except TimeoutError:
        return None


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


def main(configuration: str, directory: str, *interfaces: str) -> str:
    """Become dnsmasq; the refusal when there is a foreign server."""
    Path(directory, "hosts").mkdir(parents=True, exist_ok=True)
    Path(directory, "pid").unlink(missing_ok=True)  # its being there again means: it serves
    for interface in interfaces:
        try:
            offer = find_foreign(interface)
        except OSError as error:
            return f"cannot look for other DHCP servers on {interface}: {error.strerror}. Is the interface up?"
        if offer:
            return render_refusal(interface, offer)
    for interface in find_mute(_addresses(), interfaces):
        sys.stderr.write(f"{render_advice(interface)}\n")
    os.execvp("dnsmasq", ["dnsmasq", f"--conf-file={configuration}"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
