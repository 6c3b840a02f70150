"""Asks a network for its DHCP servers, as a program of its own too: who offers an address on each interface, as JSON.

python -m openqrm_plugins.dhcpd.asking INTERFACE…
"""

from __future__ import annotations

import secrets
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec

from openqrm_plugins.dhcpd.discover import Offer, parse_offer, render_discover

LOOK_S = 4.0  # a server may ping an address for 3 s before it offers it
_ASK_EVERY_S = 1.0
_DHCP_PORT, _CLIENT_PORT = 67, 68
_LARGEST = 1500
_MOST = 20  # offers that are heard


class Heard(msgspec.Struct):
    """What came of asking on an interface."""

    offers: list[Offer] = []
    fault: str = ""


def ask(interface: str, look_s: float = LOOK_S) -> Iterator[Offer]:
    """Every offer that comes in time. Raises OSError when the interface is not up, or not there."""
    transaction, mac = secrets.token_bytes(4), b"\x02" + secrets.token_bytes(5)
    question = render_discover(transaction, mac)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        ear.bind(("", _CLIENT_PORT))
        end = time.monotonic() + look_s
        due = 0.0
        while (now := time.monotonic()) < end:
            if now >= due:
                ear.sendto(question, ("255.255.255.255", _DHCP_PORT))
                due = now + _ASK_EVERY_S
            if offer := _hear(ear, transaction, min(due, end) - now):
                yield offer


def _hear(ear: socket.socket, transaction: bytes, timeout_s: float) -> Offer | None:
    ear.settimeout(max(timeout_s, 0.01))
    try:
        return parse_offer(ear.recv(_LARGEST), transaction)
    except TimeoutError:
        return None


def _heard(interface: str) -> Heard:
    found: dict[str, Offer] = {}
    try:
        for offer in ask(interface):
            if len(found) < _MOST:
                found.setdefault(offer.by, offer)
    except OSError as error:
        return Heard(fault=error.strerror or "it cannot be asked there")
    return Heard([*found.values()])


def main(interfaces: list[str]) -> None:
    """All of them at once."""
    with ThreadPoolExecutor(max(1, len(interfaces))) as pool:
        heard = dict(zip(interfaces, pool.map(_heard, interfaces), strict=True))
    sys.stdout.buffer.write(msgspec.json.encode(heard))


if __name__ == "__main__":
    main(sys.argv[1:])
