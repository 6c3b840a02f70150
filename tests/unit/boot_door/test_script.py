"""Boot scripts, whole: what firmware reads is asserted to the letter in tests/golden/boot."""

from dataclasses import replace
from pathlib import Path

import pytest

from lab.boot_script import parse_script
from openqrm.boot.script import (
    Disk,
    Orders,
    render_chain,
    render_local,
    render_refusal,
    render_san,
    render_script,
)
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_arguments

GOLDEN = Path(__file__).parents[2] / "golden/boot"
IDLE = Orders(
    boot_id="m-525400770001.0123456789abcdef",
    token="Dd3zYQbkVnJHj0q0Tf5o9y6m8m1n2b3v4c5x6z7a8s9",
    mac="52:54:00:77:00:01",
    arch="i386-pcbios",
    nic="01:1a:f4:10:00",
    http="http://10.77.0.1:8080",
    uplink="10.77.0.1:2022",
    host_key="AAAAC3NzaC1lZDI1NTE5AAAAIGmtr5E0bqVJtzP0xkGLkSHDiHK4VBqqPfNFHgAmUXXX",
    kernel="debian-12",
    arguments="quiet nokaslr",
)
BY_ISCSI = Disk(
    boot_id=IDLE.boot_id,
    arch="i386-pcbios",
    http=IDLE.http,
    uri="iscsi:10.77.0.3::3260:1:iqn.2004-01.org.openqrm:web",
    initiator="iqn.2004-01.org.openqrm:writer-of-web",
    user="web",
    password="vB7mKq2wRt9xZc4n",
)
BY_AOE = Disk(boot_id=IDLE.boot_id, arch="x86_64-efi", http=IDLE.http, uri="aoe:e0.5")
SCRIPTS = {
    "idle-bios": render_script(IDLE),
    "idle-uefi": render_script(replace(IDLE, arch="x86_64-efi")),
    "appliance-nfs": render_script(replace(IDLE, root_type="nfs")),
    "appliance-iscsi": render_script(replace(IDLE, root_type="iscsi")),
    "appliance-iscsi-install-from-nfs": render_script(replace(IDLE, root_type="iscsi", transfer="nfs")),
    "appliance-tmpfs": render_script(replace(IDLE, root_type="tmpfs", transfer="nfs")),
    "appliance-nfs-and-a-plugin-s-fragment": render_script(replace(IDLE, root_type="nfs", fragments="kexec,serial")),
    "local-bios": render_local("i386-pcbios"),
    "local-uefi": render_local("x86_64-efi"),
    "san-iscsi-bios": render_san(BY_ISCSI),
    "san-aoe-uefi": render_san(BY_AOE),
    "refused": render_refusal("there is no default kernel", "Run: openqrm kernel set-default NAME"),
    "refused-hostile": render_refusal("no kernel `${net0/mac}` || shell\nshell", "a\r\nb && reboot"),
    "chain": render_chain("http://10.77.0.1:8080"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name: str) -> None:
    assert SCRIPTS[name] == (GOLDEN / f"{name}.ipxe").read_text()


@pytest.mark.parametrize("field", ["uri", "initiator", "user", "password"])
@pytest.mark.parametrize("word", ["x y", "x\nshell", "${net0/mac}", "a||b", "a;b"])
def test_what_a_script_would_read_otherwise_is_no_disk(field: str, word: str) -> None:
    with pytest.raises(PlanningError, match="cannot stand in a boot script") as refused:
        render_san(replace(BY_ISCSI, **{field: word}))
    assert word not in refused.value.message


def test_every_golden_file_is_looked_at() -> None:
    assert {path.stem for path in GOLDEN.glob("*.ipxe")} == set(SCRIPTS)


def test_a_machine_understands_its_orders() -> None:
    orders = parse_script(SCRIPTS["appliance-tmpfs"], "http://10.77.0.1:8080/boot/script", {})
    assert orders
    assert (orders.boot, orders.token, orders.host_key) == (IDLE.boot_id, IDLE.token, IDLE.host_key)
    assert (orders.uplink_host, orders.uplink_port) == ("10.77.0.1", 2022)


@pytest.mark.parametrize("text", ["a || shell", "a;b", "x=`id`", "${net0/mac}", 'a="b"', "é", "#", "a&&b"])
def test_arguments_that_a_script_would_read_otherwise_are_refused(text: str) -> None:
    with pytest.raises(PlanningError) as caught:
        parse_arguments(text)
    assert caught.value.category is Category.BAD_INPUT


def test_arguments_are_words() -> None:
    assert parse_arguments("quiet\n console=ttyS0,115200n8  ") == ["quiet", "console=ttyS0,115200n8"]
