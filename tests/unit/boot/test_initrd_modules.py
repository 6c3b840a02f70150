"""Which modules a device asks for, by what depmod really wrote."""

import pytest

from openqrm.boot.initrd.modules import modules_for, parse_alias, parse_dep, parse_softdep
from tests.unit.boot.recordings import module_index

CLOUD = module_index("cloud")
VIRTIO_NET = "virtio:d00000001v00001AF4"


def test_a_device_brings_its_driver_after_all_that_the_driver_needs() -> None:
    assert modules_for(CLOUD, [VIRTIO_NET]) == ["virtio_ring", "virtio", "failover", "net_failover", "virtio_net"]


def test_each_module_comes_once_however_many_ask() -> None:
    wanted = [VIRTIO_NET, "virtio:d00000002v00001AF4", VIRTIO_NET]
    modules = modules_for(CLOUD, wanted)
    assert len(modules) == len(set(modules))
    assert modules[-1] == "virtio_blk"


@pytest.mark.parametrize("name", ["iscsi_tcp", "iscsi-tcp"])
def test_a_module_may_be_asked_for_by_name(name: str) -> None:
    chain = ["scsi_common", "scsi_mod", "scsi_transport_iscsi", "libiscsi", "libiscsi_tcp", "iscsi_tcp"]
    assert modules_for(CLOUD, [name]) == chain


def test_a_module_may_be_asked_for_by_what_the_kernel_calls_it() -> None:
    assert modules_for(CLOUD, ["crypto-crc32c"]) == ["crc32c_intel"]


@pytest.mark.parametrize(
    "wanted", ["ext4", "pci:v0000DEADd0000BEEFsv00sd00bc02sc00i00", "", "*", "../../etc/passwd", "\0"]
)
def test_what_nobody_provides_brings_nothing(wanted: str) -> None:
    assert modules_for(CLOUD, [wanted]) == []


def test_soft_dependencies_come_before_the_module() -> None:
    modules = modules_for(CLOUD, ["btrfs"])
    assert modules.index("crc32c_intel") < modules.index("btrfs")
    assert CLOUD.prerequisites("btrfs") == modules[:-1]


def test_soft_dependencies_in_a_circle_end() -> None:
    paths, depends = parse_dep("kernel/a.ko:\nkernel/b.ko:\n")
    softdeps = parse_softdep("softdep a pre: b\nsoftdep b pre: a\n")
    index = type(CLOUD)(paths, depends, softdeps, {})
    assert sorted(modules_for(index, ["a"])) == ["a", "b"]


def test_soft_dependencies_are_those_before_and_of_every_line() -> None:
    text = "# from the modules\nsoftdep cifs gcm\nsoftdep nfsd pre: a b post: c\nsoftdep nfsd pre: d\n"
    assert parse_softdep(text) == {"nfsd": ("a", "b", "d")}


def test_dependencies_are_in_load_order() -> None:
    paths, depends = parse_dep("kernel/x/last-one.ko.xz: kernel/x/middle.ko.xz kernel/x/first.ko.xz\n")
    assert paths == {"last_one": "kernel/x/last-one.ko.xz"}
    assert depends == {"last_one": ("first", "middle")}


def test_dashes_in_ranges_of_a_pattern_stay() -> None:
    aliases = parse_alias("alias usb:v0[1-3]-x* my-driver\n")
    assert aliases == {"usb:v0": (("usb:v0[1-3]_x*", "my_driver"),)}


def test_a_module_knows_its_aliases() -> None:
    assert CLOUD.aliases_of("virtio_net") == ["virtio:d00000001v*"]
