"""What an operator can set, for the plugin and for each storage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from openqrm.plugin_api.storage.fields import AbsolutePath, Days


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of nfs-storage."""

    directory: Annotated[AbsolutePath, Meta(description="folder of the volumes on the storage's resource")] = "/exports"
    backend: Annotated[
        Literal["kernel", "ganesha"], Meta(description="what serves NFS there: the kernel, or ganesha by its D-Bus")
    ] = "kernel"
    clone: Annotated[
        Literal["auto", "btrfs", "reflink", "copy"],
        Meta(description="how to clone: btrfs snapshot, shared extents, whole copy, or the best that the disk can"),
    ] = "auto"
    version: Annotated[Literal["4.2", "4.1", "3"], Meta(description="NFS version the machines speak")] = "4.2"
    exports: Annotated[
        str,
        Meta(
            pattern=r"^((/[A-Za-z0-9._-]+)+)?$(?!\n)",
            description="folder of the export files; empty: /etc/exports.d, or /etc/ganesha/exports.d",
        ),
    ] = ""
    keep_days: Annotated[Days, Meta(description="days that a removed volume can be had back")] = 7
