"""The kernel of the rack's machines: Debian's for virtual ones, which knows virtio."""

from pathlib import Path

from openqrm.boot.initrd.kernel_package import download_package, unpack_package
from openqrm.boot.initrd.kernel_tree import KernelTree, get_kernel_tree

PACKAGE = "linux-image-cloud-amd64"


def ensure_kernel(folder: Path) -> KernelTree:
    """The kernel in FOLDER/kernel; downloaded and unpacked the first time."""
    place = folder / "kernel"
    if place.exists():
        return get_kernel_tree(place)
    return unpack_package(download_package(PACKAGE, folder / "downloads"), place)
