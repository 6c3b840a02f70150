"""What an operator may set."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from openqrm.plugin_api.storage.fields import AbsolutePath

Accelerator = Literal["auto", "kvm", "qemu"]
Cache = Literal["none", "writethrough", "writeback", "directsync"]
Transport = Literal["ssh", "tls", "tcp"]
CPU_MODEL = r"^[A-Za-z0-9_.-]{0,40}$(?!\n)"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of KVM, for all hosts."""

    accelerator: Annotated[
        Accelerator, Meta(description="kvm; qemu, which emulates and is slow; auto: kvm on hosts that have proved it")
    ] = "auto"
    cpu_model: Annotated[
        str, Meta(pattern=CPU_MODEL, description="CPU that VMs see, the same on all hosts; empty: that of their host")
    ] = ""
    disk_cache: Annotated[Cache, Meta(description="how a host caches disks; with none a VM may move while it runs")] = (
        "none"
    )
    transport: Annotated[
        Transport, Meta(description="how the libvirt of one host reaches that of another, to move a VM that runs")
    ] = "ssh"
    is_tunnelled: Annotated[
        bool, Meta(description="send the memory of a VM that moves through that connection: encrypted, and slower")
    ] = False
    iso_folders: Annotated[
        tuple[AbsolutePath, ...],
        Meta(max_length=16, description="folders of each host that VMs may have ISO images from; []: none"),
    ] = ("/var/lib/openqrm-iso",)
    shares_disks: Annotated[
        bool, Meta(description="disks are on storage that all hosts share: VMs that have some may move while they run")
    ] = False
