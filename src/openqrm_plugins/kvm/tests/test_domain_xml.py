"""What libvirt is told of a VM, and what is read of its own words."""

from dataclasses import replace
from pathlib import Path

import pytest

from openqrm.plugin_api import Category, Disk, Nic, PlanningError, StepError, VirtualMachine
from openqrm_plugins.kvm.domain_xml import Tuning, parse_domain, render_domain, render_without_once
from openqrm_plugins.kvm.hardware import Drive, Hardware, hardware_of, uuid_of
from openqrm_plugins.kvm.seed import seed_path
from openqrm_plugins.kvm.tests.simulator import RECORDED

GOLDEN = Path(__file__).parent / "golden"
BARE = Hardware(name="db", cpu_count=1, memory_mib=64, nics=(Nic("52:54:00:aa:00:03", "br0"),))
FULL = Hardware(
    name="web",
    cpu_count=2,
    memory_mib=128,
    nics=(Nic("52:54:00:aa:00:01", "br0"), Nic("52:54:00:aa:00:02", "br0")),
    disks=(Drive("/srv/disks/a & b.raw", "raw", "web-root"), Drive("/srv/disks/c.qcow2", "qcow2", "web-data")),
    iso="/srv/disks/x.iso",
    boot="disk",
    once="iso",
)
BLOCK = replace(BARE, disks=(Drive("/dev/vg/db", "raw", "db"),), nics=())
SEEDED = replace(BARE, iso=seed_path("db", "vault-1"), nics=())
CASES = {
    "bare-kvm": (BARE, Tuning(accelerator="kvm")),
    "full-qemu": (FULL, Tuning(disk_cache="writeback")),
    "seeded": (SEEDED, Tuning()),
    "block-model": (BLOCK, Tuning(accelerator="kvm", cpu_model="x86-64-v2")),
}


@pytest.mark.parametrize("name", CASES)
def test_the_xml_is_golden_and_reads_back(name: str) -> None:
    hardware, tuning = CASES[name]
    text = render_domain(hardware, tuning)
    assert text == (GOLDEN / f"{name}.xml").read_text()
    assert parse_domain(text).hardware == hardware
    assert parse_domain(text).accelerator == tuning.accelerator


@pytest.mark.parametrize("name", ["dumpxml-off", "dumpxml-running", "dumpxml-running-inactive"])
def test_what_libvirt_makes_of_it_reads_back(name: str) -> None:
    found = parse_domain(RECORDED[name]["out"])
    assert (found.hardware, found.uuid) == (FULL, uuid_of("web"))


def test_the_one_time_device_is_taken_out_and_the_rest_stays() -> None:
    text = RECORDED["dumpxml-running-inactive"]["out"]
    regular = render_without_once(text)
    assert parse_domain(regular).hardware == replace(FULL, once="")
    assert parse_domain(RECORDED["dumpxml-without-once"]["out"]).hardware == replace(FULL, once="")
    assert regular.count("<controller") == text.count("<controller")


def test_another_boot_order_is_seen() -> None:
    text = render_domain(BARE, Tuning()).replace('<boot order="1" />', "")
    assert parse_domain(text).hardware == replace(BARE, boot="")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<domain",
        "<domainCapabilities/>",
        "<domain type='kvm'><name>web</name></domain>",
        "<domain><name>web</name><uuid>u</uuid><vcpu>1</vcpu><memory>1</memory></domain>",
        "<domain type='kvm'><name>web</name><uuid>u</uuid><vcpu>two</vcpu><memory>1</memory></domain>",
        "<domain type='kvm'><name>web</name><uuid>u</uuid><vcpu>1</vcpu><memory unit='ells'>1</memory></domain>",
        "<!DOCTYPE d [<!ENTITY a 'b'>]><domain type='kvm'><name>&a;</name><uuid>u</uuid><vcpu>1</vcpu>"
        "<memory>1</memory></domain>",
        "\x00<domain/>",
    ],
)
def test_half_a_domain_is_no_domain(text: str) -> None:
    with pytest.raises(StepError) as error:
        parse_domain(text)
    assert error.value.category is Category.UNAVAILABLE


def test_names_become_text_and_never_tags() -> None:
    nasty = replace(FULL, iso='/srv/"><evil/>.iso', disks=(Drive("/srv/</domain>", "raw", "<x>"),))
    text = render_domain(nasty, Tuning())
    assert "<evil" not in text and text.count("</domain>") == 1
    assert parse_domain(text).hardware == nasty


def test_too_many_disks_are_refused_while_planning() -> None:
    disks = tuple(Disk(volume=f"v{number}", path=f"/srv/{number}", format="raw") for number in range(25))
    with pytest.raises(PlanningError, match="25 disks"):
        hardware_of(VirtualMachine(name="web"), disks)
