"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of IPMI, for all BMCs."""

    cipher_suite: Annotated[int, Meta(ge=1, le=17, description="3 everywhere; 17 where a BMC refuses 3")] = 3
    efi_boot: Annotated[bool, Meta(description="order network boots by UEFI; without it some BMCs order BIOS")] = False
