"""What an operator can set, for the plugin and for each storage."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from openqrm.plugin_api.storage.fields import AbsolutePath as Folder
from openqrm.plugin_api.storage.fields import Days, GroupName, Interface, OptionalGroupName, Port, Prefix, Shelf


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of lvm-storage."""

    group: Annotated[GroupName, Meta(description="volume group on the storage's resource")] = "vol"
    pool: Annotated[
        OptionalGroupName,
        Meta(description="thin pool in it; empty: volumes take all their space at once, and clones are whole copies"),
    ] = ""
    filesystem: Annotated[Literal["ext4", "xfs"], Meta(description="file system of the roots on its volumes")] = "ext4"
    keep_days: Annotated[Days, Meta(description="days that a removed volume can be had back")] = 7
    directory: Annotated[Folder, Meta(description="lvm-nfs: folder where volumes are mounted")] = "/srv/openqrm"
    nfs_backend: Annotated[
        Literal["kernel", "ganesha"], Meta(description="lvm-nfs: what serves NFS there: the kernel, or ganesha")
    ] = "kernel"
    version: Annotated[Literal["4.2", "4.1", "3"], Meta(description="lvm-nfs: NFS version the machines speak")] = "4.2"
    target: Annotated[Literal["lio", "tgt"], Meta(description="lvm-iscsi: what serves iSCSI there")] = "lio"
    port: Annotated[Port, Meta(description="lvm-iscsi: port of its iSCSI portal")] = 3260
    prefix: Annotated[Prefix, Meta(description="lvm-iscsi: what the names of targets and initiators begin with")] = (
        "iqn.2004-01.org.openqrm"
    )
    interface: Annotated[Interface, Meta(description="lvm-aoe: network interface to the machines")] = "eth0"
    first_shelf: Annotated[Shelf, Meta(description="lvm-aoe: number of its first shelf")] = 0
    keeper: Annotated[
        Literal["systemd", "bare"],
        Meta(description="lvm-aoe: what keeps vblade running; bare ones end with the storage's next start"),
    ] = "systemd"
