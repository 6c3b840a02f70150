"""What an operator can set, for the plugin and for each storage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

AbsolutePath = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._-]+)+$")]
Prefix = Annotated[str, Meta(pattern=r"^iqn\.[0-9]{4}-[0-9]{2}\.[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Port = Annotated[int, Meta(ge=1, le=65535)]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of iscsi-storage."""

    directory: Annotated[AbsolutePath, Meta(description="folder of the disks on the storage's resource")] = "/storage"
    backend: Annotated[
        Literal["tgt", "lio"], Meta(description="what serves iSCSI there: tgtd, or LIO, which is in the kernel")
    ] = "tgt"
    port: Annotated[Port, Meta(description="port of its iSCSI portal")] = 3260
    prefix: Annotated[Prefix, Meta(description="what the names of targets and initiators begin with")] = (
        "iqn.2004-01.org.openqrm"
    )
    filesystem: Annotated[
        Literal["ext4", "xfs", "btrfs"], Meta(description="file system of the roots on its disks")
    ] = "ext4"
    clone: Annotated[
        Literal["auto", "reflink", "copy"],
        Meta(description="how to clone: shared extents, whole copy, or the best that the disk can"),
    ] = "auto"
