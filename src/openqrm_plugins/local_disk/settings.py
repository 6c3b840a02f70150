"""Which disk a storage is, and what may become of it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Machine = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9-]{0,62})?$(?!\n)")]
Device = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9]{1,31})?$(?!\n)")]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of local-disk: those of a storage count."""

    machine: Annotated[Machine, Meta(description="the resource that the disk is in")] = ""
    device: Annotated[Device, Meta(description="the disk or partition, as Linux calls it there, like sda or sda2")] = ""
    filesystem: Annotated[
        Literal["ext4", "ext3", "ext2"], Meta(description="file system that it gets when it is empty")
    ] = "ext4"
    overwrite: Annotated[
        Device, Meta(description="the device once more, where what somebody else put on it may be lost")
    ] = ""
