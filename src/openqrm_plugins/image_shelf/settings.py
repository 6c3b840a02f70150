"""What an operator may set; shelves are kept here too, by `shelf add` and its like."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.storage.fields import AbsolutePath
from openqrm_plugins.image_shelf.catalogue import Shelf

MOST_SHELVES = 16


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the image shelf."""

    spool: Annotated[AbsolutePath, Meta(description="folder for archives on their way, on the storage's resource")] = (
        "/var/lib/openqrm-shelf"
    )
    shelves: Annotated[
        dict[Name, Shelf],
        Meta(
            max_length=MOST_SHELVES,
            description="kept by shelf add, refresh and remove",
            extra_json_schema={"x-kept": True},
        ),
    ] = {}
