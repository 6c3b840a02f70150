"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Redfish, for all BMCs."""

    verify_tls: Annotated[
        bool,
        Meta(description="demand a certificate that this computer trusts; BMCs often come with one of their own"),
    ] = True
