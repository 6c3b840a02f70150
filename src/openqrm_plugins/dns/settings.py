"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

DIRECTORY_PATTERN = r"^/[A-Za-z0-9/._-]+$(?!\n)"
DOMAIN_PATTERN = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$(?!\n)"
ADDRESS_PATTERN = r"^[0-9A-Fa-f.:]+$(?!\n)"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of DNS."""

    domain: Annotated[
        str, Meta(pattern=DOMAIN_PATTERN, max_length=180, description="an appliance is called NAME.DOMAIN")
    ] = "openqrm.internal"
    forward_to: Annotated[
        tuple[Annotated[str, Meta(pattern=ADDRESS_PATTERN)], ...],
        Meta(description="name servers that know all other names; without one those are refused"),
    ] = ()
    directory: Annotated[
        str, Meta(pattern=DIRECTORY_PATTERN, description="where the files of published names are kept")
    ] = "/var/lib/openqrm/dns"
