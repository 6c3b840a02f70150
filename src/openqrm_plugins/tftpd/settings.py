"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of TFTP."""

    folder: Annotated[
        str,
        Meta(
            pattern=r"^/[A-Za-z0-9/._-]+$(?!\n)",
            description="its files are handed out to anybody: undionly.kpxe for BIOS, snponly.efi for UEFI",
        ),
    ] = "/usr/lib/ipxe"
