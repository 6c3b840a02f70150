"""The kernel in a Debian package, which may come from anybody: it is read by processes without rights."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from openqrm.boot.initrd.kernel_tree import HINT, KernelTree, get_kernel_tree, run
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.plugin_api.host.folders.entries import END, FOLDER, Entry, read_entries, shown
from openqrm.plugin_api.host.folders.placing import Target
from openqrm.plugin_api.host.folders.unpacking import entries_of, piped, plain
from openqrm.plugin_api.host.noting import Refused

_OF_ITS_MAKER = ("build", "source")  # links to what it was built from
_NAME = re.compile(rb"[!-~]*")
_MOST_BYTES, _SPARE_BYTES = 4 << 30, 64 << 20


def unpack_package(package: Path, folder: Path) -> KernelTree:
    """Fill the folder, which must not be there yet, with the kernel of a Debian package linux-image-VERSION."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        unpacked, ready = Path(scratch, "unpacked"), Path(scratch, "ready")
        _unpack(package, unpacked)
        (ready / "lib").mkdir(parents=True)
        _move_the_one(unpacked, "boot/vmlinuz-*", ready / "vmlinuz", package)
        # merged since Debian 13
        modules = "usr/lib/modules" if (unpacked / "usr/lib/modules").is_dir() else "lib/modules"
        _move_the_one(unpacked, modules, ready / "lib/modules", package)
        _refuse_links(ready, package)
        get_kernel_tree(ready)
        ready.rename(folder)
    return get_kernel_tree(folder)


def download_package(name: str, folder: Path) -> Path:
    """The package file of this name, fetched by apt into the folder; a metapackage stands for the kernel it names."""
    wanted = parse_kernel_package(run(["apt-cache", "depends", "--", name])) or name
    folder.mkdir(parents=True, exist_ok=True)
    run(["apt-get", "download", "-q", "--", wanted], cwd=folder)
    return max(folder.glob(f"{wanted}_*.deb"), key=lambda path: path.stat().st_mtime)


def parse_kernel_package(depends: str) -> str | None:
    """`apt-cache depends` of a metapackage → the package with the kernel; None when it is that package itself."""
    names = (line.split()[-1] for line in depends.splitlines() if line.strip().startswith("Depends: linux-image-"))
    return next(names, None)


def _unpack(package: Path, folder: Path) -> None:
    """All of its files, ours whosever they were: read by processes without rights."""
    folder.mkdir()
    try:
        target = Target(str(folder), _MOST_BYTES, _SPARE_BYTES)
        with (
            plain(str(package)) as file,
            piped("dpkg-deb", "--fsys-tarfile", "-", given=file) as archive,
            entries_of(archive) as stream,
        ):
            for entry in read_entries(stream):
                if entry.kind != END:
                    target.put(_ours(entry), stream)
                elif entry.size:
                    raise Refused(f"it holds devices or pipes: {entry.size}")
        target.finish()
    except (Refused, OSError) as error:
        hint = "Take a package of your distribution, on a disk that has room for it; it needs dpkg."
        raise OpenqrmError(Category.REFUSED, f"{package} cannot be unpacked: {error}", hint) from error


def _ours(entry: Entry) -> Entry:
    """As a kernel's files are here, whosever they were. Raises Refused for what none has."""
    if not _NAME.fullmatch(entry.name):  # names are in lists of lines, which depmod writes
        raise Refused(f"the name {shown(entry.name)} is none of a kernel's file")
    mode = 0o755 if entry.kind == FOLDER else 0o644
    return entry._replace(mode=mode, uid=os.geteuid(), gid=os.getegid(), capability=b"")


def _move_the_one(unpacked: Path, pattern: str, target: Path, package: Path) -> None:
    found = list(unpacked.glob(pattern))
    if len(found) != 1:
        raise OpenqrmError(
            Category.BAD_INPUT,
            f"{package.name} is not the package of a kernel: it has {len(found)} of {pattern}.",
            hint="Take a package linux-image-VERSION, such as `apt-get download linux-image-cloud-amd64` leads to.",
        )
    shutil.move(found[0], target)


def _refuse_links(ready: Path, package: Path) -> None:
    """What machines are sent is in the package itself, and no file of ours; depmod's files are made here."""
    for path in ready.rglob("*"):
        if path.is_symlink():
            if path.name not in _OF_ITS_MAKER:
                message = f"{package.name} has a link in place of {path.relative_to(ready)}"
                raise OpenqrmError(Category.REFUSED, message, hint=HINT)
            path.unlink()
        elif path.name.startswith("modules.dep"):
            path.unlink()
