"""`python -m openqrm.boot.initrd prepare SOURCE FOLDER`: a kernel's files, from a package or a directory."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from openqrm.boot.initrd.kernel_tree import KernelTree, download_package, get_kernel_tree, unpack_package
from openqrm.domain.errors import Category, OpenqrmError


def prepare(source: str, folder: Path) -> KernelTree:
    """Fill the folder, which must not be there yet, whole or not at all."""
    if Path(source).is_dir():
        return _copy(Path(source), folder)
    if source.endswith(".deb"):
        return unpack_package(Path(source), folder)
    with tempfile.TemporaryDirectory() as scratch:
        return unpack_package(download_package(source, Path(scratch)), folder)


def _copy(source: Path, folder: Path) -> KernelTree:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        ready = Path(scratch, "ready")
        ready.mkdir()
        shutil.copy(source / "vmlinuz", ready / "vmlinuz")
        shutil.copytree(source / "lib/modules", ready / "lib/modules", symlinks=True)
        if (source / "lib/firmware").is_dir():
            shutil.copytree(source / "lib/firmware", ready / "lib/firmware", symlinks=True)
        get_kernel_tree(ready)
        ready.rename(folder)
    return get_kernel_tree(folder)


def main(arguments: list[str]) -> None:
    """Ends with a sentence on stderr when it cannot be done."""
    try:
        match arguments:
            case ["prepare", source, folder]:
                tree = prepare(source, Path(folder))
            case _:
                raise OpenqrmError(Category.BAD_INPUT, __doc__ or "", "Nothing was done.")
    except (OpenqrmError, OSError) as error:
        sys.exit(f"{error} {getattr(error, 'hint', '')}".strip())
    sys.stdout.write(f"{tree.folder}: kernel {tree.version}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
