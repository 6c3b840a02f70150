"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of wake-on-LAN, for all machines."""

    port: Annotated[int, Meta(ge=1, le=65535, description="UDP port that packets are sent to; cards do not look")] = 9
