"""A copy of the installed guest's disk, raw, whose root is open to be changed before it starts."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import cell
from lab.images.guest import find_guest

_PARTITION_AT = 2**20


@contextmanager
def guest_disk(supplies: Path, disk: Path) -> Iterator[Path]:
    """Write the copy to DISK; gives its root, for as long as the context lasts."""
    cell.require("A mounted disk")
    guest, root = find_guest(supplies), disk.with_name("guest-root")
    if not guest:
        raise RuntimeError(f"there is no installed guest: python -m lab.images {supplies} guest")
    root.mkdir()
    subprocess.run(["qemu-img", "convert", "-O", "raw", guest.disk, disk], check=True)
    subprocess.run(["mount", "-o", f"loop,offset={_PARTITION_AT}", disk, root], check=True)
    try:
        yield root
    finally:
        subprocess.run(["umount", root], check=True)
