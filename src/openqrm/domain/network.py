"""An IP network that the server gives addresses on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.record import Record


@dataclass(frozen=True, kw_only=True)
class Network(Record):
    """A subnet in CIDR notation; `first` to `last` are the addresses given to unknown machines."""

    kind: ClassVar[str] = "network"
    cidr: str = ""
    interface: str = ""  # of the server
    address: str = ""  # of the server on this network
    first: str = ""
    last: str = ""
    gateway: str = ""
    nameserver: str = ""
    domain: str = ""
    dhcp: str = "full"  # full, proxy (beside another DHCP server) or off
    comment: str = ""
