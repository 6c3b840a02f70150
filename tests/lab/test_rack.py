"""The rack behaves like bare metal towards clients that others wrote: ipmitool, sushy, firmware, dnsmasq."""

import os
import subprocess
from pathlib import Path

import pytest
import sushy
from sushy.resources.system.system import System

from lab.bmc import Bmc
from lab.fixtures import MakeRack
from lab.machine import Machine
from tests.lab.pxe import boot_services, eventually

pytestmark = pytest.mark.real

DISK_SAYS = "the disk boots"
# a boot sector that prints what follows it by BIOS call 10h, then halts
SECTOR = bytes.fromhex("31c08ed8be157cac84c07406b40ecd10ebf5f4ebfd") + DISK_SAYS.encode() + b"\0"


def ipmitool(bmc: Bmc, *words: str) -> subprocess.CompletedProcess[str]:
    argv = ["ipmitool", "-I", "lanplus", "-C", "3", "-N", "1", "-R", "2", "-H", bmc.address, "-U", bmc.user, "-E"]
    environment = os.environ | {"IPMI_PASSWORD": bmc.password}
    return subprocess.run([*argv, *words], env=environment, capture_output=True, text=True, check=False)


def told(machine: Machine, *words: str) -> str:
    """What ipmitool answers when it succeeds."""
    done = ipmitool(machine.bmc, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def redfish(machine: Machine, directory: Path) -> System:
    bmc, certificate = machine.bmc, directory / "bmc.pem"
    certificate.write_text(bmc.certificate or "")
    service = sushy.Sushy(f"https://{bmc.address}:{bmc.port}", bmc.user, bmc.password, verify=str(certificate))
    return service.get_system(bmc.system_path)


def now(system: System) -> System:
    system.refresh(force=True)
    return system


def starts(machine: Machine) -> int:
    """How often the BIOS started."""
    return machine.console().count("SeaBIOS (version")


def make_disk_bootable(machine: Machine) -> None:
    with machine.places.disk(0).open("r+b") as disk:
        disk.write(SECTOR.ljust(510, b"\0") + b"\x55\xaa")


def test_a_bios_machine_boots_from_the_network(make_rack: MakeRack, tmp_path: Path) -> None:
    (machine,) = make_rack().machines
    with boot_services(tmp_path / "pxe") as services:
        assert told(machine, "power", "status") == "Chassis Power is off"
        told(machine, "power", "on")
        eventually(lambda: services.fetched, "iPXE fetches its script")
        eventually(lambda: "the script runs" in machine.console(), "iPXE runs its script")
    assert services.fetched == ["/boot.ipxe"]
    assert f"DHCPDISCOVER(rack0) {machine.hardware.mac}" in services.log()
    assert "PXEClient:Arch:00000" in services.log()
    assert told(machine, "power", "status") == "Chassis Power is on"


def test_a_uefi_machine_boots_by_the_pxe_of_its_firmware(make_rack: MakeRack, tmp_path: Path) -> None:
    (machine,) = make_rack(bmc="redfish", firmware="uefi", loader_in_rom=False).machines
    system = redfish(machine, tmp_path)
    with boot_services(tmp_path / "pxe") as services:
        system.reset_system(sushy.RESET_TYPE_ON)
        eventually(lambda: services.fetched, "iPXE fetches its script")
    assert "PXEClient:Arch:00007" in services.log()
    assert "sent /usr/lib/ipxe/snponly.efi" in services.log()
    assert now(system).power_state == sushy.POWER_STATE_ON


def test_ipmi_presses_the_buttons(make_rack: MakeRack) -> None:
    (machine,) = make_rack().machines
    told(machine, "power", "on")
    eventually(lambda: starts(machine) == 1, "the BIOS starts")
    told(machine, "power", "reset")
    eventually(lambda: starts(machine) == 2, "the BIOS starts again")
    told(machine, "power", "soft")
    assert told(machine, "power", "status") == "Chassis Power is on", "no operating system heard it"
    told(machine, "power", "cycle")
    eventually(lambda: starts(machine) == 3, "the BIOS starts once more")
    told(machine, "power", "off")
    assert told(machine, "power", "status") == "Chassis Power is off"
    assert not machine.power()
    assert ipmitool(machine.bmc, "power", "reset").returncode != 0, "what is off cannot be reset"


def test_ipmi_sets_the_boot_device_for_one_boot(make_rack: MakeRack, tmp_path: Path) -> None:
    (machine,) = make_rack(disk_sizes_mib=(1,)).machines
    make_disk_bootable(machine)
    with boot_services(tmp_path / "pxe") as services:
        told(machine, "chassis", "bootdev", "disk")
        assert "Force Boot from default Hard-Drive" in told(machine, "chassis", "bootparam", "get", "5")
        told(machine, "power", "on")
        eventually(lambda: DISK_SAYS in machine.console(), "the disk boots")
        eventually(lambda: "No override" in told(machine, "chassis", "bootparam", "get", "5"), "the order is used up")
        told(machine, "power", "reset")
        eventually(lambda: services.fetched, "the network comes first again")
        told(machine, "chassis", "bootdev", "disk")
        told(machine, "power", "reset")
        eventually(lambda: machine.console().count(DISK_SAYS) == 2, "the disk boots once more")


def test_redfish_presses_the_buttons(make_rack: MakeRack, tmp_path: Path) -> None:
    (machine,) = make_rack(bmc="redfish").machines
    system = redfish(machine, tmp_path)
    assert system.power_state == sushy.POWER_STATE_OFF
    assert system.uuid == machine.hardware.uuid
    assert list(system.ethernet_interfaces.summary) == [machine.hardware.mac.upper()]
    system.reset_system(sushy.RESET_TYPE_ON)
    eventually(lambda: starts(machine) == 1, "the BIOS starts")
    system.reset_system(sushy.RESET_TYPE_FORCE_RESTART)
    eventually(lambda: starts(machine) == 2, "the BIOS starts again")
    assert now(system).power_state == sushy.POWER_STATE_ON
    system.reset_system(sushy.RESET_TYPE_FORCE_OFF)
    assert now(system).power_state == sushy.POWER_STATE_OFF
    with pytest.raises(sushy.exceptions.HTTPError, match="no reset for a machine that is off"):
        system.reset_system(sushy.RESET_TYPE_FORCE_RESTART)


def test_redfish_sets_the_boot_device_for_one_boot(make_rack: MakeRack, tmp_path: Path) -> None:
    (machine,) = make_rack(bmc="redfish", disk_sizes_mib=(1,)).machines
    make_disk_bootable(machine)
    system = redfish(machine, tmp_path)
    system.set_system_boot_options(sushy.BOOT_SOURCE_TARGET_HDD, sushy.BOOT_SOURCE_ENABLED_ONCE)
    assert now(system).boot.target == sushy.BOOT_SOURCE_TARGET_HDD
    system.reset_system(sushy.RESET_TYPE_ON)
    eventually(lambda: DISK_SAYS in machine.console(), "the disk boots")
    eventually(lambda: now(system).boot.target == sushy.BOOT_SOURCE_TARGET_NONE, "the order is used up")


def test_each_redfish_bmc_shows_its_own_machine_to_who_logs_in(make_rack: MakeRack, tmp_path: Path) -> None:
    first, second = make_rack(machines=2, bmc="redfish").machines
    (tmp_path / "bmc.pem").write_text(first.bmc.certificate or "")
    service = sushy.Sushy(f"https://{first.bmc.address}", "admin", first.bmc.password, verify=str(tmp_path / "bmc.pem"))
    assert [system.uuid for system in service.get_system_collection().get_members()] == [first.hardware.uuid]
    with pytest.raises(sushy.exceptions.ResourceNotFoundError):
        service.get_system(second.bmc.system_path)
    stranger = sushy.Sushy(f"https://{first.bmc.address}", "admin", "guess", verify=str(tmp_path / "bmc.pem"))
    with pytest.raises(sushy.exceptions.AccessError):
        stranger.get_system(first.bmc.system_path)


def test_bmcs_fail_on_request(make_rack: MakeRack, tmp_path: Path) -> None:
    rack = make_rack(machines=2, bmc=["ipmi", "redfish"])
    one, two = rack.machines
    system = redfish(two, tmp_path)

    for machine in rack.machines:
        rack.set_bmc_fault(machine, "refuses")
    assert ipmitool(one.bmc, "power", "on").returncode != 0
    with pytest.raises(sushy.exceptions.HTTPError, match="the chassis refuses"):
        system.reset_system(sushy.RESET_TYPE_ON)

    for machine in rack.machines:
        rack.set_bmc_fault(machine, "ignores")
    told(one, "power", "on")
    system.reset_system(sushy.RESET_TYPE_ON)
    assert told(one, "power", "status") == "Chassis Power is off"
    assert now(system).power_state == sushy.POWER_STATE_OFF

    rack.set_bmc_fault(one, "unreachable")
    assert "Unable to establish" in ipmitool(one.bmc, "power", "status").stderr
    assert now(system).power_state == sushy.POWER_STATE_OFF, "the other one still answers"

    rack.set_bmc_fault(one, None)
    told(one, "power", "on")
    assert told(one, "power", "status") == "Chassis Power is on"


def test_a_wrong_password_is_refused(make_rack: MakeRack) -> None:
    (machine,) = make_rack().machines
    stranger = Bmc("ipmi", machine.bmc.address, machine.bmc.port, "admin", "guess")
    assert ipmitool(stranger, "power", "status").returncode != 0
    assert machine.bmc.password not in repr(machine.bmc)
