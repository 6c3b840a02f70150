"""The builder on Debian's kernel and this computer's programs; busybox reads what it makes."""

import gzip
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from openqrm.boot.initrd.builder import InitrdBuilder, open_builder
from openqrm.boot.initrd.fragments import get_fragment
from openqrm.boot.initrd.kernel_package import unpack_package
from openqrm.domain.errors import Category, OpenqrmError
from tests.lab.direct_boot import CARD
from tests.unit.boot.newc import names_in

pytestmark = pytest.mark.real

LIBRARIES = "lib/x86_64-linux-gnu"


def names_of(initrd: Path) -> list[str]:
    return names_in(gzip.decompress(initrd.read_bytes()))


def names_for_busybox(archive: bytes) -> list[str]:
    listed = subprocess.run(["busybox", "cpio", "-t"], input=gzip.decompress(archive), capture_output=True, check=True)
    return listed.stdout.decode().splitlines()


def test_an_initrd_holds_what_the_card_needs_and_no_other_driver(builder: InitrdBuilder) -> None:
    names = names_of(builder.compose(CARD))
    modules = {Path(name).stem for name in names if name.endswith(".ko")}
    assert modules >= {"virtio_net", "virtio_pci"}
    assert not modules & {"ena", "nfs", "virtio_blk"}
    assert {"init", "openqrm/boot.sh", "agent/agent.sh", "bin/busybox", f"{LIBRARIES}/libc.so.6"} <= set(names)


def test_a_fragment_brings_its_modules_and_programs_with_libraries(builder: InitrdBuilder) -> None:
    iscsi = get_fragment(Path("src/openqrm_plugins/iscsi_storage/initrd"), "iscsi")
    names = names_of(builder.compose(CARD, [iscsi]))
    assert {"volumes/iscsi.sh", "bin/iscsistart", f"{LIBRARIES}/libopeniscsiusr.so.0.2.0"} <= set(names)
    assert f"lib/modules/{builder.kernel.version}/kernel/drivers/scsi/iscsi_tcp.ko" in names


def test_the_same_input_makes_the_same_bytes(builder: InitrdBuilder, tmp_path: Path) -> None:
    again = open_builder(builder.kernel.folder, builder.sources, tmp_path)
    first, second = builder.compose(CARD), again.compose(CARD)
    assert first != second
    assert first.read_bytes() == second.read_bytes()


def test_cards_with_the_same_modules_share_an_initrd(builder: InitrdBuilder) -> None:
    assert builder.compose("01:1a:f4:10:00") == builder.compose("01:1a:f4:10:41") == builder.compose(CARD.upper())


def test_compositions_without_end_do_not_fill_the_disk(builder: InitrdBuilder, tmp_path: Path) -> None:
    small = replace(builder, store=tmp_path, most_bytes=1, _made={})
    first = small.compose(CARD)
    second = small.compose("")
    assert not first.exists() and second.exists()
    assert small.compose(CARD) == first and first.exists()


def test_hostile_bus_ids_share_one_too(builder: InitrdBuilder) -> None:
    assert builder.compose("../../etc") == builder.compose("07:00:00:00:00") == builder.compose("\0")


def test_modules_come_with_the_lines_that_modprobe_reads(builder: InitrdBuilder) -> None:
    names = names_for_busybox(builder.modules_archive(["virtio:d00000002v00001AF4"]))
    place = f"lib/modules/{builder.kernel.version}"
    assert f"{place}/kernel/drivers/block/virtio_blk.ko" in names
    assert {f"{place}/index/virtio_blk.dep", f"{place}/index/virtio_blk.alias", f"{place}/index/virtio.dep"} <= set(
        names
    )


def test_an_archive_without_modules_is_an_archive(builder: InitrdBuilder) -> None:
    assert names_for_busybox(builder.modules_archive(["", "nonsense", "ext4"])) == []


def test_a_package_that_holds_no_kernel_is_refused(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = (
        "Package: linux-image-test\nVersion: 1\nArchitecture: all\nMaintainer: T <t@example.org>\nDescription: t\n"
    )
    (tree / "DEBIAN/control").write_text(control)
    package = tmp_path / "linux-image-test.deb"
    subprocess.run(["dpkg-deb", "-b", str(tree), str(package)], check=True, capture_output=True)
    with pytest.raises(OpenqrmError, match="not the package of a kernel") as refused:
        unpack_package(package, tmp_path / "kernel")
    assert refused.value.category is Category.BAD_INPUT
    assert not (tmp_path / "kernel").exists()
