"""`openqrm initrd build` as an operator types it, and a machine that boots what it made."""

import gzip
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import lan
from lab.images.kernel import ensure_kernel
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.boot.initrd.kernel_tree import KernelTree
from tests.lab.boot_server import BootServer
from tests.lab.direct_boot import booted, line_of
from tests.unit.boot.newc import names_in

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

OPENQRM = Path(sys.executable).with_name("openqrm")


@dataclass(frozen=True)
class Built:
    """Stands for the builder where a machine is handed its files."""

    kernel: KernelTree
    initrd: Path

    def compose(self, *_: object) -> Path:
        return self.initrd


def initrd(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [str(OPENQRM), "initrd", *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


def test_a_kernel_with_its_initrd_boots_to_idle(
    supplies: Path, builder: InitrdBuilder, network: None, tmp_path: Path
) -> None:
    folder = tmp_path / "kernel"
    done = initrd("build", str(folder), "--source", str(ensure_kernel(supplies).folder))
    assert done.returncode == 0, done.stderr
    assert str(folder / "initrd.img") in done.stdout and str(folder / "vmlinuz") in done.stdout
    built = Built(KernelTree(folder, builder.kernel.version), folder / "initrd.img")
    with (
        BootServer(lan.SERVER_ADDRESS, builder, "role=idle\nresource=idle-1\n") as server,
        booted(built, line_of(server), tmp_path / "machine"),
    ):
        server.wait_for("uplink")


def test_it_is_made_anew_in_its_place_with_the_same_bytes(supplies: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kernel"
    assert initrd("prepare", str(ensure_kernel(supplies).folder), str(folder)).returncode == 0
    wish = ("build", str(folder), "--card", "01:1a:f4:10:00", "--root", "nfs")
    assert initrd(*wish).returncode == 0
    first = (folder / "initrd.img").read_bytes()
    assert initrd(*wish).returncode == 0
    assert (folder / "initrd.img").read_bytes() == first
    assert "volumes/nfs.sh" in names_in(gzip.decompress(first))
    assert not list(folder.glob(".initrd-*"))


def test_what_cannot_be_built_is_said_with_what_to_do(tmp_path: Path) -> None:
    refused = initrd("build", str(tmp_path / "none"))
    assert refused.returncode != 0 and "vmlinuz" in refused.stderr
    refused = initrd("prepare", "linux-image-cloud-amd64", str(tmp_path))
    assert refused.returncode != 0 and "is there already" in refused.stderr
