"""A kernel's package may come from anybody: no file of this machine gets to others by it."""

import subprocess
from pathlib import Path

import pytest

from openqrm.boot.initrd.kernel_tree import KernelTree, unpack_package
from openqrm.boot.initrd.modules import ModuleIndex
from openqrm.boot.initrd.packs import module_entries
from openqrm.domain.errors import OpenqrmError

CONTROL = "Package: linux-image-6\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n"


def package(folder: Path, link: str) -> Path:
    """With a link to a file of ours at this place."""
    tree = folder / "tree"
    for name in ("DEBIAN/control", "boot/vmlinuz-6", "lib/modules/6/kernel/net.ko"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(CONTROL)
    (tree / link).unlink()
    (tree / link).symlink_to(folder / "secret")
    (folder / "secret").write_text("of ours")
    subprocess.run(["dpkg-deb", "-b", str(tree), str(folder / "linux.deb")], check=True, capture_output=True)
    return folder / "linux.deb"


@pytest.mark.parametrize("link", ["boot/vmlinuz-6", "lib/modules/6/kernel/net.ko"])
def test_a_link_is_no_kernel_and_no_module(link: str, tmp_path: Path) -> None:
    with pytest.raises(OpenqrmError, match="has a link in place of"):
        unpack_package(package(tmp_path, link), tmp_path / "kernels/evil")
    assert not (tmp_path / "kernels/evil").exists()


@pytest.mark.parametrize("name", ["../../../secret", "{}/secret"])
def test_a_module_names_no_firmware_elsewhere(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of ours")
    tree = KernelTree(tmp_path / "kernels", "6")
    (tree.folder / "lib/firmware").mkdir(parents=True)
    tree.modules.mkdir(parents=True)
    (tree.modules / "net.ko").write_bytes(b"\0firmware=" + name.format(tmp_path).encode() + b"\0")
    entries = module_entries(tree, ModuleIndex({"net": "net.ko"}, {"net": ()}, {}, {}), "net")
    assert not [entry for entry in entries if b"of ours" in entry.data]
