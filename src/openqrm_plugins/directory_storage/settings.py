"""What an operator can set, for the plugin and for each storage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from openqrm.plugin_api.storage.fields import AbsolutePath, Days, Port, Prefix


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of directory-storage."""

    directory: Annotated[AbsolutePath, Meta(description="folder of the volumes on the storage's resource")] = (
        "/var/lib/openqrm-volumes"
    )
    clone: Annotated[
        Literal["thin", "copy"],
        Meta(description="thin: refused where the disk cannot share blocks; copy: whole copies there"),
    ] = "thin"
    keep_days: Annotated[Days, Meta(description="days that a removed volume can be had back")] = 7
    nfs_backend: Annotated[
        Literal["kernel", "ganesha"], Meta(description="directory-nfs: what serves NFS there: the kernel, or ganesha")
    ] = "kernel"
    version: Annotated[
        Literal["4.2", "4.1", "3"], Meta(description="directory-nfs: NFS version the machines speak")
    ] = "4.2"
    target: Annotated[Literal["lio", "tgt"], Meta(description="directory-iscsi: what serves iSCSI there")] = "lio"
    port: Annotated[Port, Meta(description="directory-iscsi: port of its iSCSI portal")] = 3260
    prefix: Annotated[
        Prefix, Meta(description="directory-iscsi: what the names of targets and initiators begin with")
    ] = "iqn.2004-01.org.openqrm"
    filesystem: Annotated[
        Literal["ext4", "xfs", "btrfs"], Meta(description="directory-iscsi: file system of the roots on its disks")
    ] = "ext4"
