"""An installed Debian on a disk of its own, as a cloud's images are: GRUB, Debian's kernel, systemd and cloud-init.

Beside it an ISO image that GRUB boots from, and says so on the serial line.
"""

import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.images.debian import recipe_digest, run
from lab.images.mirror import observe_mirror

PACKAGES = (
    *("linux-image-cloud-amd64", "systemd-sysv", "udev", "dbus", "ifupdown", "iproute2", "openssh-server"),
    *("cloud-init", "grub-pc-bin", "grub-common", "xorriso"),
    "open-iscsi",  # with the overlay's iscsi.initramfs: it finds its root as well where firmware attached the disk
    "python3-cffi-backend",  # cloud-init needs it by another name, which debootstrap does not know
)
OVERLAY = Path(__file__).with_name("guest_overlay")
ISO_SAYS = "GRUB of the ISO image is here"
_SIZE_MIB, _GAP_MIB = 2048, 1
_NOT_WANTED = ("etc/ssh/ssh_host_*", "var/cache/apt/archives/*.deb", "var/lib/apt/lists/*", "usr/share/doc/*",
               "usr/share/man/*", "usr/share/locale/*")  # fmt: skip
_MODULES = (
    "biosdisk",
    "part_msdos",
    "ext2",
    "iso9660",
    "normal",
    "linux",
    "serial",
    "terminal",
    "echo",
    "sleep",
    "true",
)
# Again and again: nobody hears what is said on a VM's serial line before somebody listens.
_ISO_SCRIPT = f"serial --unit=0\nterminal_output serial\nwhile true; do echo {ISO_SAYS}; sleep 2; done\n"


@dataclass(frozen=True, slots=True)
class Guest:
    """A disk, which nobody writes, and an ISO image."""

    disk: Path
    iso: Path


def ensure_guest(folder: Path) -> Guest:
    """Both in FOLDER/guest-RECIPE; made the first time, as root and in some minutes, from this computer's mirror."""
    if not find_guest(folder):
        with tempfile.TemporaryDirectory(dir=folder, prefix=".guest-") as scratch:
            tree, made = Path(scratch, "tree").resolve(), Path(scratch, "guest").resolve()
            made.mkdir()
            _install(tree, folder / "downloads")
            _make_iso(tree, made / "grub.iso")
            _make_disk(tree, made / "disk.qcow2", Path(scratch))
            made.rename(_place(folder))
    return _guest(folder)


def find_guest(folder: Path) -> Guest | None:
    """Both, where they have been made."""
    return _guest(folder) if _place(folder).exists() else None


def _guest(folder: Path) -> Guest:
    return Guest(_place(folder) / "disk.qcow2", _place(folder) / "grub.iso")


def _place(folder: Path) -> Path:
    return folder / f"guest-{recipe_digest(Path(__file__), OVERLAY)}"


def _install(tree: Path, downloads: Path) -> None:
    downloads.mkdir(parents=True, exist_ok=True)
    mirror = observe_mirror()
    options = ["--variant=minbase", f"--cache-dir={downloads.resolve()}", f"--include={','.join(PACKAGES)}"]
    run(["debootstrap", *options, mirror.release, str(tree), mirror.address])
    shutil.copytree(OVERLAY, tree, dirs_exist_ok=True, symlinks=True)
    run(["chroot", str(tree), "update-initramfs", "-u", "-k", "all"])  # which takes in some of it
    for path in (path for pattern in _NOT_WANTED for path in tree.glob(pattern)):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    (tree / "etc/machine-id").write_text("")  # each guest makes its own
    (tree / "etc/hostname").unlink(missing_ok=True)
    _make_loader(tree, "i386-pc", "/boot/grub/core.img", "(hd0,msdos1)/boot/grub")


def _make_loader(tree: Path, kind: str, image: str, prefix: str) -> None:
    run(["chroot", str(tree), "grub-mkimage", "-O", kind, "-o", image, "-p", prefix, *_MODULES])


def _make_iso(tree: Path, iso: Path) -> None:
    content = tree / "tmp/iso"
    content.mkdir()
    (content / "grub.cfg").write_text(_ISO_SCRIPT)
    _make_loader(tree, "i386-pc-eltorito", "/tmp/iso/grub.img", "/")
    boots = ["-b", "grub.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info"]
    run(["chroot", str(tree), "xorriso", "-as", "mkisofs", "-quiet", *boots, "-o", "/tmp/grub.iso", "/tmp/iso"])
    shutil.move(tree / "tmp/grub.iso", iso)
    shutil.rmtree(content)


def _make_disk(tree: Path, disk: Path, scratch: Path) -> None:
    """GRUB as its own installer would leave it: the boot sector, and the rest of it in the gap before the partition."""
    raw, files = scratch / "disk.raw", scratch / "root.ext4"
    run(["mke2fs", "-q", "-t", "ext4", "-L", "guest", "-d", str(tree), str(files), f"{_SIZE_MIB - _GAP_MIB}M"])
    first, count = _GAP_MIB * 2048, (_SIZE_MIB - _GAP_MIB) * 2048
    boot, core = (tree / path for path in ("usr/lib/grub/i386-pc/boot.img", "boot/grub/core.img"))
    with raw.open("wb") as made:
        made.truncate(_SIZE_MIB * 2**20)
        made.write(boot.read_bytes()[:440] + bytes(6) + _partition(first, count) + bytes(48) + b"\x55\xaa")
        made.write(core.read_bytes())
    run(["dd", f"if={files}", f"of={raw}", "bs=1M", f"seek={_GAP_MIB}", "conv=notrunc,sparse", "status=none"])
    run(["qemu-img", "convert", "-c", "-O", "qcow2", str(raw), str(disk)])


def _partition(first: int, count: int) -> bytes:
    """One of Linux, to boot from, in sectors; no cylinders."""
    nowhere = b"\xfe\xff\xff"
    return struct.pack("<B3sB3sII", 0x80, nowhere, 0x83, nowhere, first, count)
