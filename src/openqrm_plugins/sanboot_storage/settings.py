"""What an operator can set, for the plugin and for each storage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from openqrm.plugin_api.storage.fields import (
    AbsolutePath,
    Days,
    Interface,
    OptionalGroupName,
    Port,
    Prefix,
    Shelf,
)


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of sanboot-storage."""

    group: Annotated[
        OptionalGroupName, Meta(description="volume group of the disks; empty: they are files in the directory")
    ] = ""
    pool: Annotated[
        OptionalGroupName, Meta(description="thin pool in the group; empty: volumes take all their space at once")
    ] = ""
    directory: Annotated[AbsolutePath, Meta(description="folder of the disks, where there is no group")] = "/sanboot"
    clone: Annotated[
        Literal["auto", "reflink", "copy"],
        Meta(description="how to clone files: shared extents, whole copy, or the best that the disk can"),
    ] = "auto"
    keep_days: Annotated[Days, Meta(description="days that a removed volume can be had back")] = 7
    target: Annotated[Literal["lio", "tgt"], Meta(description="sanboot-iscsi: what serves iSCSI there")] = "lio"
    port: Annotated[Port, Meta(description="sanboot-iscsi: port of its iSCSI portal")] = 3260
    prefix: Annotated[
        Prefix, Meta(description="sanboot-iscsi: what the names of targets and initiators begin with")
    ] = "iqn.2004-01.org.openqrm"
    interface: Annotated[Interface, Meta(description="sanboot-aoe: network interface to the machines")] = "eth0"
    first_shelf: Annotated[Shelf, Meta(description="sanboot-aoe: number of its first shelf")] = 0
    keeper: Annotated[
        Literal["systemd", "bare"],
        Meta(description="sanboot-aoe: what keeps vblade running; bare ones end with the storage's next start"),
    ] = "systemd"
