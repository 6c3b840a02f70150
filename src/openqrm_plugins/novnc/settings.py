"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.plugin_api import refers_to

NAME_PATTERN = r"^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$(?!\n)"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of noVNC."""

    resources: Annotated[
        tuple[Annotated[str, refers_to("resource"), Meta(pattern=NAME_PATTERN, max_length=63)], ...],
        Meta(description="machines that run a VNC service, all at the same port"),
    ] = ()
    port: Annotated[int, Meta(ge=1024, le=65535, description="where it listens at 127.0.0.1 of each of them")] = 5900
