"""The command line that stands for a machine's hardware."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from lab.qemu import BootDevice, Hardware, Places, render_argv

PLAIN = Hardware("m1", "52:54:00:77:01:01", "bb27e341-9ac2-5a87-8a1e-a42e381ed254", "RACK-0001", disk_sizes_mib=(1, 2))
PLACES = Places(Path("/tmp/m1"), Path("/run/rack/m1"), "tap-m1")


def devices(hardware: Hardware, once: BootDevice | None = None) -> list[str]:
    argv = render_argv(hardware, PLACES, once)
    return [value for option, value in pairwise(argv) if option == "-device"]


def test_a_bios_machine_whole() -> None:
    assert render_argv(replace(PLAIN, disk_sizes_mib=(1,)), PLACES, None) == [
        *("qemu-system-x86_64", "-name", "m1", "-uuid", "bb27e341-9ac2-5a87-8a1e-a42e381ed254"),
        *("-machine", "q35,graphics=off", "-accel", "tcg,thread=multi,tb-size=512"),
        *("-cpu", "qemu64,+rdrand", "-smp", "1", "-m", "512"),
        *("-nodefaults", "-display", "none", "-boot", "reboot-timeout=10000"),
        *("-smbios", "type=1,manufacturer=openQRM,product=Virtual rack unit,serial=RACK-0001"),
        *("-chardev", "file,id=serial0,path=/tmp/m1/serial.log,append=on", "-serial", "chardev:serial0"),
        *("-qmp", "unix:/run/rack/m1/qmp,server=on,wait=off", "-qmp", "unix:/run/rack/m1/events,server=on,wait=off"),
        *("-netdev", "tap,id=net0,ifname=tap-m1,script=no,downscript=no"),
        *("-device", "virtio-net-pci,id=nic0,netdev=net0,mac=52:54:00:77:01:01,bootindex=1"),
        *("-drive", "if=none,id=file0,file=/tmp/m1/disk0.raw,format=raw,cache=writeback"),
        *("-device", "virtio-blk-pci,id=disk0,drive=file0,bootindex=2"),
    ]


def test_the_network_is_tried_before_the_disks() -> None:
    nic, first, second = devices(PLAIN)
    assert nic.endswith("bootindex=1") and first.endswith("bootindex=2") and second.endswith("bootindex=3")


def test_a_device_for_one_boot_goes_before_all_others() -> None:
    nic, first, second = devices(PLAIN, once="disk")
    assert nic.endswith("bootindex=1") and first.endswith("bootindex=0") and second.endswith("bootindex=3")


def test_a_uefi_machine_has_variables_of_its_own() -> None:
    argv = render_argv(replace(PLAIN, firmware="uefi"), PLACES, None)
    assert "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd" in argv
    assert "if=pflash,format=raw,unit=1,file=/tmp/m1/uefi-variables.fd" in argv


def test_a_card_without_a_loader_leaves_pxe_to_the_firmware() -> None:
    assert devices(replace(PLAIN, firmware="uefi", loader_in_rom=False))[0].endswith("bootindex=1,romfile=")
    with pytest.raises(ValueError, match="no PXE of its own"):
        replace(PLAIN, loader_in_rom=False)


def test_a_comma_in_a_text_stays_in_the_text() -> None:
    argv = render_argv(replace(PLAIN, vendor="Acme, Inc.", serial="1,product=x"), PLACES, None)
    assert "type=1,manufacturer=Acme,, Inc.,product=Virtual rack unit,serial=1,,product=x" in argv
