"""What an operator may set."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

DIRECTORY = r"^/[A-Za-z0-9/._-]+$(?!\n)"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the notes."""

    directory: Annotated[str, Meta(pattern=DIRECTORY, description="where notes are kept")] = "/var/lib/openqrm/notes"
    greeting: Annotated[str, Meta(max_length=80, description="the first word of each note")] = "Hello"
