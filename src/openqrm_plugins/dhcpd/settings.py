"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

DIRECTORY_PATTERN = r"^/[A-Za-z0-9/._-]+$(?!\n)"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of DHCP; ranges, gateways and the mode are fields of each network."""

    lease_time_s: Annotated[int, Meta(ge=120, description="how long an address is lent, in seconds")] = 21600
    router_advertisement: Annotated[
        bool, Meta(description="say on IPv6 that nobody routes it here: iPXE then does not wait 13 s for a router")
    ] = True
    beside_foreign: Annotated[
        bool, Meta(description="do not look for other DHCP servers first, serve whether there is one or not")
    ] = False
    directory: Annotated[
        str, Meta(pattern=DIRECTORY_PATTERN, description="where the files of known machines are kept")
    ] = "/var/lib/openqrm/dhcpd"
