"""A DHCPDISCOVER as a packet, and offers out of packets. Pure; whatever comes from the network is doubted."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

_HEADER_BYTES = 236
_COOKIE = bytes((99, 130, 83, 99))
_MESSAGE_TYPE, _DHCP_ID, _PARAMETERS, _END = 53, 54, 55, 255
_DISCOVER, _OFFER = 1, 2
_REPLY = 2


@dataclass(frozen=True)
class Offer:
    """A DHCP server and the address it would give."""

    by: str
    address: str


def render_discover(transaction: bytes, mac: bytes) -> bytes:
    """A question to all DHCP servers; they answer to everybody, so no address is needed to hear them."""
    header = bytearray(_HEADER_BYTES)
    header[0:3] = (1, 1, 6)  # a request, by Ethernet, with 6 bytes of MAC
    header[4:8] = transaction
    header[10] = 0x80  # answer by broadcast
    header[28:34] = mac
    options = bytes((_MESSAGE_TYPE, 1, _DISCOVER, _PARAMETERS, 2, 1, 3, _END))
    return (bytes(header) + _COOKIE + options).ljust(300, b"\0")


def parse_offer(packet: bytes, transaction: bytes) -> Offer | None:
    """The offer in answer to this transaction, None when the packet is anything else."""
    if len(packet) < _HEADER_BYTES + 4 or packet[0] != _REPLY or packet[4:8] != transaction:
        return None
    if packet[_HEADER_BYTES : _HEADER_BYTES + 4] != _COOKIE:
        return None
    options = _options(packet[_HEADER_BYTES + 4 :])
    if options.get(_MESSAGE_TYPE) != bytes((_OFFER,)):
        return None
    dhcp_id = options.get(_DHCP_ID, b"")
    return Offer(
        str(ipaddress.IPv4Address(dhcp_id)) if len(dhcp_id) == 4 else "an unknown address",
        str(ipaddress.IPv4Address(packet[16:20])),
    )


def _options(raw: bytes) -> dict[int, bytes]:
    """Options by their number, as far as they are whole."""
    options: dict[int, bytes] = {}
    at = 0
    while at < len(raw) and raw[at] != _END:
        if raw[at] == 0:
            at += 1
            continue
        value = raw[at + 2 : at + 2 + raw[at + 1]] if at + 1 < len(raw) else b""
        if at + 1 >= len(raw) or len(value) < raw[at + 1]:
            break
        options[raw[at]] = value
        at += 2 + raw[at + 1]
    return options
