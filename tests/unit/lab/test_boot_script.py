"""How a simulated machine reads a boot script."""

import pytest

from lab.boot_script import Orders, parse_facts, parse_script, render_script_path

FACTS = (
    "openqrm.http=http://10.0.0.1:80 openqrm.uplink=10.0.0.1:2222 openqrm.hostkey=AAAA= "
    "openqrm.boot=b1 openqrm.token=t1"
)
ORDERS = Orders(
    kernel="http://10.0.0.1/boot/kernel/k/vmlinuz",
    initrds=("http://10.0.0.1/boot/kernel/k/initrd?nic=01:1a:f4:10:00",),
    http="http://10.0.0.1:80",
    uplink_host="10.0.0.1",
    uplink_port=2222,
    host_key="AAAA=",
    boot="b1",
    token="t1",
)


@pytest.mark.parametrize(
    "script",
    [
        f"#!ipxe\nkernel /boot/kernel/k/vmlinuz {FACTS}\ninitrd /boot/kernel/k/initrd?nic=${{net0/busid}}\nboot",
        f"#!ipxe\nkernel --name k http://10.0.0.1/boot/kernel/k/vmlinuz initrd=i {FACTS} ip=${{net0/ip}} quiet\n"
        "initrd --name i http://10.0.0.1/boot/kernel/k/initrd?nic=${net0/busid:uristring}\nboot",
    ],
)
def test_orders(script: str) -> None:
    assert parse_script(script, "http://10.0.0.1/boot/script?mac=x", {"net0/busid": "01:1a:f4:10:00"}) == ORDERS


def test_a_script_without_a_kernel_leaves_the_machine_to_its_own_disk() -> None:
    assert parse_script("#!ipxe\nsanboot --no-describe --drive 0x80\n", "http://10.0.0.1/", {}) is None


def test_the_query_is_quoted() -> None:
    assert render_script_path({"mac": "52:54", "product": "A & B"}) == "/boot/script?mac=52%3A54&product=A%20%26%20B"


def test_facts() -> None:
    assert parse_facts("role=appliance\nroot_path=/a=b\n") == {"role": "appliance", "root_path": "/a=b"}
