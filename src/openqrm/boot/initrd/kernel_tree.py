"""A kernel as a folder of files: vmlinuz and lib/modules/VERSION, with the descriptions that depmod writes."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from openqrm.boot.initrd.modules import ModuleIndex, load_index
from openqrm.domain.errors import Category, OpenqrmError

_COMMAND_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class KernelTree:
    """FOLDER/vmlinuz and FOLDER/lib/modules/VERSION."""

    folder: Path
    version: str

    @property
    def vmlinuz(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def modules(self) -> Path:
        return self.folder / "lib/modules" / self.version

    def load_index(self) -> ModuleIndex:
        return load_index(self.modules)


def get_kernel_tree(folder: Path) -> KernelTree:
    """The kernel in this folder. A package or a build does not carry depmod's files: they are made when missing."""
    versions = sorted(path.name for path in (folder / "lib/modules").glob("*") if (path / "kernel").is_dir())
    if not (folder / "vmlinuz").is_file() or len(versions) != 1:
        raise OpenqrmError(
            Category.BAD_INPUT,
            f"{folder} does not hold a kernel: found {len(versions)} versions in lib/modules.",
            hint="It needs a file vmlinuz and one folder lib/modules/VERSION with kernel/ in it.",
        )
    tree = KernelTree(folder, versions[0])
    if not (tree.modules / "modules.dep").exists():
        _run(["depmod", "-b", str(folder), tree.version])
    return tree


def unpack_package(package: Path, folder: Path) -> KernelTree:
    """Fill the folder, which must not be there yet, with the kernel of a Debian package linux-image-VERSION."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        unpacked, ready = Path(scratch, "unpacked"), Path(scratch, "ready")
        _run(["dpkg-deb", "-x", str(package.absolute()), str(unpacked)])
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
    wanted = parse_kernel_package(_run(["apt-cache", "depends", "--", name])) or name
    folder.mkdir(parents=True, exist_ok=True)
    _run(["apt-get", "download", "-q", "--", wanted], cwd=folder)
    return max(folder.glob(f"{wanted}_*.deb"), key=lambda path: path.stat().st_mtime)


def parse_kernel_package(depends: str) -> str | None:
    """`apt-cache depends` of a metapackage → the package with the kernel; None when it is that package itself."""
    names = (line.split()[-1] for line in depends.splitlines() if line.strip().startswith("Depends: linux-image-"))
    return next(names, None)


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
            if path.name not in ("build", "source"):  # to what it was built from
                message = f"{package.name} has a link in place of {path.relative_to(ready)}"
                raise OpenqrmError(Category.REFUSED, message, hint="Take a package of your distribution.")
            path.unlink()
        elif path.name.startswith("modules.dep"):
            path.unlink()


def _run(argv: list[str], cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=_COMMAND_TIMEOUT_S, check=True)
    except FileNotFoundError as error:
        raise OpenqrmError(
            Category.UNAVAILABLE, f"{argv[0]} is not installed.", hint="Install it (Debian: kmod, dpkg, apt)."
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines() or ["it said nothing"]
        raise OpenqrmError(
            Category.UNAVAILABLE, f"{argv[0]} failed: {said[-1]}", hint=f"Run it by hand: {' '.join(argv)}"
        ) from error
    return done.stdout
