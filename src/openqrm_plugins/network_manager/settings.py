"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of all hosts' networks."""

    patience_s: Annotated[
        int, Meta(ge=15, le=600, description="seconds until a host that cannot be reached any more goes back by itself")
    ] = 45
