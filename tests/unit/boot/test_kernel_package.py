"""A kernel's package may come from anybody: no file of this machine gets to others by it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from openqrm.boot.initrd.kernel_package import unpack_package
from openqrm.boot.initrd.kernel_tree import KernelTree, get_kernel_tree, run
from openqrm.boot.initrd.modules import ModuleIndex
from openqrm.boot.initrd.packs import module_entries
from openqrm.domain.errors import OpenqrmError

KERNEL, MODULE = "boot/vmlinuz-6.1", "lib/modules/6.1/kernel/net.ko"


def package(folder: Path, change: Callable[[Path], object]) -> Path:
    """Of a small kernel, changed before it is packed."""
    tree, data = folder / "tree", folder / "data.tar"
    for name in (KERNEL, MODULE):
        (tree / name).parent.mkdir(parents=True)
        (tree / name).write_text("of a kernel")
    (folder / "secret").write_text("of ours")
    change(tree)
    subprocess.run(["tar", "-C", str(tree), "--sparse", "-cf", str(data), "."], check=True)
    members = {"debian-binary": b"2.0\n", "control.tar": bytes(10240), "data.tar": data.read_bytes()}
    heads = {name: f"{name:16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(said):<10}`\n" for name, said in members.items()}
    made = b"".join(heads[name].encode() + said for name, said in members.items())
    (folder / "linux.deb").write_bytes(b"!<arch>\n" + made)
    return folder / "linux.deb"


def link(name: str) -> Callable[[Path], object]:
    """To a file of ours, at this place."""
    return lambda tree: ((tree / name).unlink(), (tree / name).symlink_to(tree.parent / "secret"))


def pipe(tree: Path) -> None:
    """What reads it waits forever; a disk would be read whole."""
    (tree / MODULE).unlink()
    os.mkfifo(tree / MODULE)


HARMFUL: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link for a kernel": (link(KERNEL), "has a link in place of"),
    "a link for a module": (link(MODULE), "has a link in place of"),
    "a pipe": (pipe, "it holds devices or pipes: 1"),
    "endless": (lambda tree: os.truncate(tree / MODULE, 5 << 30), "larger than the volume, which has 4096 MiB"),
    "a name of two lines": (lambda tree: (tree / "boot/a\nb").touch(), "is none of a kernel.s file"),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_what_means_harm_is_no_kernel(what: str, tmp_path: Path) -> None:
    change, because = HARMFUL[what]
    with pytest.raises(OpenqrmError, match=because):
        unpack_package(package(tmp_path, change), tmp_path / "kernels/evil")
    assert not (tmp_path / "kernels/evil").exists()


def test_the_files_of_a_kernel_are_ours(tmp_path: Path) -> None:
    tree = unpack_package(package(tmp_path, lambda tree: os.chmod(tree / MODULE, 0o6777)), tmp_path / "kernels/ours")
    assert (tree.modules / "kernel/net.ko").stat().st_mode == 0o100644


@pytest.mark.parametrize("name", ["../../../secret", "{}/secret"])
def test_a_module_names_no_firmware_elsewhere(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of ours")
    tree = KernelTree(tmp_path / "kernels", "6")
    (tree.folder / "lib/firmware").mkdir(parents=True)
    tree.modules.mkdir(parents=True)
    (tree.modules / "net.ko").write_bytes(b"\0firmware=" + name.format(tmp_path).encode() + b"\0")
    entries = module_entries(tree, ModuleIndex({"net": "net.ko"}, {"net": ()}, {}, {}), "net")
    assert not [entry for entry in entries if b"of ours" in entry.data]


def test_a_module_without_end_is_refused(tmp_path: Path) -> None:
    tree = KernelTree(tmp_path, "6")
    tree.modules.mkdir(parents=True)
    (tree.modules / "net.ko").touch()
    os.truncate(tree.modules / "net.ko", 1 << 40)
    with pytest.raises(OpenqrmError, match="has more than 128 MiB"):
        module_entries(tree, ModuleIndex({"net": "net.ko"}, {"net": ()}, {}, {}), "net")


def test_a_list_of_modules_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """As a depmod may write it that a module has taken over; a name of two lines would do it as well."""
    tree = KernelTree(tmp_path, "6.1")
    (tree.modules / "kernel/x\n..").mkdir(parents=True)
    tree.vmlinuz.touch()
    (tree.modules / "kernel/x\n../net.ko").touch()
    with pytest.raises(OpenqrmError, match="lead out of their folder"):
        get_kernel_tree(tmp_path)


def test_a_tool_that_may_not_be_confined_is_told() -> None:
    with pytest.raises(OpenqrmError, match="true could not be run"):
        run(["true"], confined=lambda: os.chdir("/nowhere"))
