"""The disk and the initrd of a storage host: LVM, the kernel's NFS service, LIO, vblade, btrfs and XFS, in Debian.

Busybox is its init, as in the small image, so that it answers within seconds. The kernel's modules are on the disk.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.images.debian import build_tree, recipe_digest, run
from lab.images.kernel import ensure_kernel
from lab.images.mirror import observe_mirror
from openqrm.boot.initrd.archive import Entry, compress, file, folder, link, render_archive
from openqrm.boot.initrd.kernel_tree import KernelTree
from openqrm.boot.initrd.modules import modules_for
from openqrm.boot.initrd.packs import module_entries
from openqrm.boot.initrd.programs import program_entries

PACKAGES = (
    *("busybox-static", "kmod", "iproute2", "openssh-server"),
    *("lvm2", "thin-provisioning-tools", "btrfs-progs", "xfsprogs", "e2fsprogs"),
    *("nfs-kernel-server", "rpcbind", "python3-rtslib-fb", "vblade", "rsync"),
)
OVERLAY = Path(__file__).with_name("storage_overlay")
INIT = Path(__file__).with_name("storage_init.sh")
LABEL = "storage-host"  # by which the initrd finds the disk
_SIZE_MIB = 1024
_MODULES = ("virtio_pci", "virtio_blk", "ext4")


@dataclass(frozen=True, slots=True)
class StorageImage:
    """A kernel, the initrd that finds the disk, and the disk, which nobody writes."""

    kernel: KernelTree
    initrd: Path
    disk: Path


def ensure_storage_image(folder: Path) -> StorageImage:
    """The image in FOLDER/storage-RECIPE; made the first time, as root, from this computer's Debian mirror."""
    kernel = ensure_kernel(folder)
    place = folder / f"storage-{recipe_digest(Path(__file__), OVERLAY, INIT)}-{kernel.version}"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=folder, prefix=".storage-") as scratch:
            made = Path(scratch, "storage").resolve()
            made.mkdir()
            (made / "initrd").write_bytes(compress(render_archive(_initrd(kernel))))
            _make_disk(made / "disk.ext4", Path(scratch, "tree").resolve(), kernel, folder / "downloads")
            made.rename(place)
    return StorageImage(kernel, place / "initrd", place / "disk.ext4")


def _initrd(kernel: KernelTree) -> list[Entry]:
    index = kernel.load_index()
    names = modules_for(index, _MODULES)
    paths = "".join(f"/lib/modules/{kernel.version}/{index.paths[name]}\n" for name in names)
    return [
        *(folder(name) for name in ("dev", "newroot", "proc", "sys")),
        *program_entries("busybox"),
        link("bin/sh", "busybox"),
        file("init", INIT.read_bytes(), executable=True),
        file("modules", paths.encode()),
        *(entry for name in names for entry in module_entries(kernel, index, name)),
    ]


def _make_disk(disk: Path, tree: Path, kernel: KernelTree, downloads: Path) -> None:
    build_tree(tree, downloads, observe_mirror(), PACKAGES, OVERLAY)
    run(["cp", "-a", str(kernel.modules), str(tree / "lib/modules")])
    run(["mke2fs", "-q", "-t", "ext4", "-L", LABEL, "-d", str(tree), str(disk), f"{_SIZE_MIB}M"])
