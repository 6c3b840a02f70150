"""A kernel as a folder of files: vmlinuz and lib/modules/VERSION, with the descriptions that depmod writes."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openqrm.boot.initrd.modules import ModuleIndex, load_index
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.plugin_api.host.confining import NOBODY, Bounds, confine

_COMMAND_TIMEOUT_S = 120.0
HINT = "Take a package of your distribution."
_DEPMOD = Bounds(cpu_s=100, file_bytes=64 << 20, files=1024, processes=512)


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
        _describe(tree)
    return tree


def _describe(tree: KernelTree) -> None:
    """depmod reads all modules, which are foreign too: without rights, in a folder that is its own meanwhile."""
    before = tree.modules.stat()
    if os.geteuid() == 0:
        os.chown(tree.modules, NOBODY, NOBODY)
    try:
        run(["depmod", "-b", str(tree.folder), tree.version], confined=partial(confine, _DEPMOD, reads_all=True))
    finally:
        os.chown(tree.modules, before.st_uid, before.st_gid)
    for path in tree.modules.glob("modules.*"):
        os.chown(path, before.st_uid, before.st_gid, follow_symlinks=False)
    _demand_sound(tree)


def _demand_sound(tree: KernelTree) -> None:
    """What was written of a stranger's modules leads to nothing but these."""
    home = tree.modules.resolve()
    lists = [path for path in home.glob("modules.*") if path.is_symlink() or not path.is_file()]
    if lists or not all((home / path).resolve().is_relative_to(home) for path in tree.load_index().paths.values()):
        message = f"the modules of {tree.version} lead out of their folder"
        raise OpenqrmError(Category.REFUSED, message, hint=HINT)


def run(argv: list[str], cwd: Path | None = None, confined: Callable[[], None] | None = None) -> str:
    """What it prints. Raises OpenqrmError."""
    try:
        done = subprocess.run(
            argv, cwd=cwd, capture_output=True, text=True, timeout=_COMMAND_TIMEOUT_S, check=True, preexec_fn=confined
        )
    except FileNotFoundError as error:
        raise OpenqrmError(
            Category.UNAVAILABLE, f"{argv[0]} is not installed.", hint="Install it (Debian: kmod, dpkg, apt)."
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines() or ["it said nothing"]
        raise OpenqrmError(
            Category.UNAVAILABLE, f"{argv[0]} failed: {said[-1]}", hint=f"Run it by hand: {' '.join(argv)}"
        ) from error
    except subprocess.SubprocessError as error:
        message = f"{argv[0]} could not be run: {error}"
        hint = "It runs as nobody, yet reads all files: in a container that takes CAP_DAC_READ_SEARCH."
        raise OpenqrmError(Category.UNAVAILABLE, message, hint) from error
    return done.stdout
