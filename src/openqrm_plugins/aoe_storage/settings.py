"""What an operator can set, for the plugin and for each storage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from openqrm.plugin_api.storage.fields import AbsolutePath, Days, Interface, Shelf


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of aoe-storage."""

    directory: Annotated[AbsolutePath, Meta(description="folder of the disks on the storage's resource")] = (
        "/aoe-storage"
    )
    interface: Annotated[Interface, Meta(description="its network interface to the machines")] = "eth0"
    first_shelf: Annotated[Shelf, Meta(description="number of its first shelf")] = 0
    keeper: Annotated[
        Literal["systemd", "bare"],
        Meta(description="what keeps vblade running; bare ones end with the storage's next start"),
    ] = "systemd"
    filesystem: Annotated[
        Literal["ext4", "xfs", "btrfs"], Meta(description="file system of the roots on its disks")
    ] = "ext4"
    clone: Annotated[
        Literal["auto", "reflink", "copy"],
        Meta(description="how to clone: shared extents, whole copy, or the best that the disk can"),
    ] = "auto"
    keep_days: Annotated[Days, Meta(description="days that a removed volume can be had back")] = 7
