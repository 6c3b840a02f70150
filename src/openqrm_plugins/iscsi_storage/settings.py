"""What an operator can set, for the plugin and for each storage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from openqrm.plugin_api.storage.fields import AbsolutePath, Days, Port, Prefix


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of iscsi-storage."""

    directory: Annotated[AbsolutePath, Meta(description="folder of the disks on the storage's resource")] = "/storage"
    backend: Annotated[
        Literal["lio", "tgt"], Meta(description="what serves iSCSI there: LIO, which is in the kernel, or tgtd")
    ] = "lio"
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
    keep_days: Annotated[Days, Meta(description="days that a removed volume can be had back")] = 7
