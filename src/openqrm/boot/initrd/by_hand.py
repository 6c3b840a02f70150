"""Kernels and initrds without a running openQRM: `openqrm initrd …`, and the tool that fills a kernel's folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from openqrm.boot.initrd.builder import open_builder
from openqrm.boot.initrd.fragments import Fragment
from openqrm.boot.initrd.kernel_package import download_package, unpack_package
from openqrm.boot.initrd.kernel_tree import KernelTree, get_kernel_tree
from openqrm.boot.initrd.packs import Sources
from openqrm.domain.errors import Category, OpenqrmError

INITRD = "initrd.img"


def prepare(source: str, folder: Path) -> KernelTree:
    """Fill the folder, which must not be there yet, whole or not at all."""
    if folder.exists():
        hint = "Name another folder; `openqrm initrd build` takes one that is filled already."
        raise OpenqrmError(Category.CONFLICT, f"{folder} is there already.", hint)
    if Path(source).is_dir():
        return _copy(Path(source), folder)
    if source.endswith(".deb"):
        return unpack_package(Path(source), folder)
    with tempfile.TemporaryDirectory() as scratch:
        return unpack_package(download_package(source, Path(scratch)), folder)


def build(
    folder: Path,
    sources: Sources,
    get_fragment: Callable[[str], Fragment],
    *,
    card: str = "",
    types: Iterable[str] = (),
) -> Path:
    """Write FOLDER/initrd.img for the kernel in this folder: the same bytes for the same parts.

    `card` is iPXE's `${net0/busid}`; without it the drivers of all cards are taken along.
    """
    fragments = [get_fragment(type_) for type_ in types]
    with tempfile.TemporaryDirectory(dir=folder, prefix=".initrd-") as scratch:
        made = open_builder(folder, sources, Path(scratch)).compose(card, fragments)
        return made.replace(folder / INITRD)


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
