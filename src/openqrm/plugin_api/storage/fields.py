"""The types of settings that storages share: each bounds what may come in through any door."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

AbsolutePath = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._-]+)+$(?!\n)")]
GroupName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+.][A-Za-z0-9_+.-]{0,99}$(?!\n)")]
OptionalGroupName = Annotated[str, Meta(pattern=r"^([A-Za-z0-9_+.][A-Za-z0-9_+.-]{0,99})?$(?!\n)")]
Interface = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,14}$(?!\n)")]
Prefix = Annotated[str, Meta(pattern=r"^iqn\.[0-9]{4}-[0-9]{2}\.[a-z0-9-]+(\.[a-z0-9-]+)+$(?!\n)")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Shelf = Annotated[int, Meta(ge=0, le=65000)]
Days = Annotated[int, Meta(ge=0, le=3650)]
