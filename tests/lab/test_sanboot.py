"""sanboot-storage for real: iPXE of a machine of the rack attaches a disk of tgtd with its password, and boots it."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from lab import lan
from lab.fixtures import MakeRack
from lab.machine import Machine as RackMachine
from lab.storages import tgtd
from openqrm.adapters.database import Database
from openqrm.api.listen import Listener, bind
from openqrm.boot.door import BootDoor, Site
from openqrm.boot.kernels import Kernels
from openqrm.boot.writer import GroupWriter
from openqrm.domain.appliance import BootProfile
from openqrm.domain.network import Network
from openqrm.domain.resource import Observation, Resource
from openqrm.plugin_api import Machine, Satisfied, Storage, Volume
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.service import Site as PluginSite
from openqrm.plugin_host.supervisor import Supervisor
from openqrm_plugins.dhcpd.service import children
from openqrm_plugins.dhcpd.settings import Settings as DhcpSettings
from openqrm_plugins.sanboot_storage.driver import Driver
from openqrm_plugins.sanboot_storage.settings import Settings
from tests.lab.pxe import eventually
from tests.lab.test_rack import DISK_SAYS, SECTOR
from tests.lab.test_storages import PASSWORD, SECRET, OneHost, do
from tests.lab.uefi_disk import uefi_disk
from tests.unit.boot_door.site import PlainVault

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

PORT, ADDRESS = 8080, "10.77.0.50"
VOLUME_SAYS = "the volume boots"
VOLUME_SECTOR = SECTOR.replace(DISK_SAYS.encode(), VOLUME_SAYS.encode()).ljust(510, b"\0") + b"\x55\xaa"
WIN = Volume(name="win", id=5, storage="san", size_mib=8)
RACK = Network(
    name="rack", cidr=lan.NETWORK, interface=lan.BRIDGE, address=lan.SERVER_ADDRESS, first=ADDRESS, last=ADDRESS,
    domain="rack.example",
)  # fmt: skip


@dataclass
class San:
    """A machine that asks the boot door, and a storage with a volume."""

    machine: RackMachine
    database: Database
    storage: Storage
    world: OneHost
    folder: Path

    @property
    def driver(self) -> Driver:
        return Driver(Settings())

    def mac_and_address(self) -> Machine:
        return Machine(resource="blade", mac=self.machine.hardware.mac, address=ADDRESS)

    def let_boot(self) -> None:
        """As a start does: granted, and a profile that names the volume."""
        do(self.driver.plan_grant(self.storage, WIN, self.mac_and_address(), SECRET), self.world)
        root = self.driver.root(self.storage, WIN, lan.SERVER_ADDRESS, SECRET)
        profile = BootProfile(name="blade", appliance="desk", kernel="k", root_type=root.type, root=root.facts)
        self.database.records.put(replace(profile, secrets=root.secrets))

    def fill(self, content: bytes) -> None:
        """From a disk in a file."""
        (self.folder / "found.raw").write_bytes(content)
        (fill,) = self.driver.plan_fill(self.storage, WIN, str(self.folder / "found.raw"), "")
        fill.action.ensure(self.world)
        eventually(lambda: isinstance(fill.action.observe(self.world), Satisfied), "the volume is filled")

    def seen(self) -> Observation | None:
        return self.database.records.find(Observation, "blade")

    def says(self, text: str) -> None:
        eventually(lambda: text in self.machine.console(), text)


@pytest.fixture
def san(request: pytest.FixtureRequest, make_rack: MakeRack, tmp_path: Path) -> Iterator[San]:
    (machine,) = make_rack(firmware=getattr(request, "param", "bios")).machines
    with ExitStack() as parts:
        subprocess.run(["mount", "-t", "tmpfs", "tgt", "/etc/tgt"], check=True)
        parts.callback(subprocess.run, ["umount", "/etc/tgt"], check=True)
        parts.enter_context(tgtd("0.0.0.0"))
        database = Database(f"sqlite:///{tmp_path}/test.sqlite", ActionCodec(()))
        parts.callback(database.close)
        database.migrate()
        with database.machines() as machines:
            machines.add_resources([Resource(name="blade", mac=machine.hardware.mac, address=ADDRESS)])
        _open_door(parts, database)
        _serve_dhcp(parts, tmp_path / "dhcp")
        settings: dict[str, Any] = {"directory": str(tmp_path / "disks"), "target": "tgt"}
        storage = Storage(name="san", type="sanboot-iscsi", resource="here", settings=settings)
        made = San(machine, database, storage, OneHost(), tmp_path)
        do(made.driver.plan_create(storage, WIN), made.world)
        yield made


def _open_door(parts: ExitStack, database: Database) -> None:
    vault = PlainVault()
    vault.keep(SECRET, PASSWORD)
    writer = GroupWriter(database)
    parts.callback(writer.close)
    kernels = Kernels(database.records, _nothing, _nothing)
    door = BootDoor(Site(host_key="none", uplink_port=1), writer, kernels, vault)
    listener = Listener("boot", door, [bind(lan.SERVER_ADDRESS, PORT)])
    listener.start()
    parts.callback(listener.close)


def _nothing(asked: object) -> Any:
    raise AssertionError(f"nobody needs {asked}")


def _serve_dhcp(parts: ExitStack, folder: Path) -> None:
    supervisor = Supervisor(folder)
    parts.callback(supervisor.close)
    where = PluginSite(
        networks=(RACK,), directory=folder / "dhcpd", address=lan.SERVER_ADDRESS,
        http_url=f"http://{lan.SERVER_ADDRESS}:{PORT}",
    )  # fmt: skip
    supervisor.apply({"dhcpd": children(DhcpSettings(beside_foreign=True, directory=str(folder / "shared")), where)})
    eventually(lambda: supervisor.status()["dhcpd"]["dnsmasq"].state == "running", "DHCP is served")


def test_firmware_boots_the_volume_with_its_password_until_the_revoke(san: San) -> None:
    san.fill(VOLUME_SECTOR)
    san.let_boot()
    san.machine.on()
    san.says(VOLUME_SAYS)
    seen = san.seen()
    assert seen and (seen.milestone, seen.profile) == ("san", "desk")
    assert PASSWORD not in " ".join(san.world.local.words) + san.machine.console()
    do(san.driver.plan_revoke(san.storage, WIN, san.mac_and_address(), SECRET), san.world)
    san.machine.reset()
    san.says("the disk does not answer; this machine starts anew")


@pytest.mark.lab
@pytest.mark.parametrize("san", ["uefi"], indirect=True)
def test_uefi_boots_the_volume_too(san: San) -> None:
    san.fill(uefi_disk(VOLUME_SAYS))
    san.let_boot()
    san.machine.on()
    san.says(VOLUME_SAYS)
    seen = san.seen()
    assert seen and (seen.milestone, seen.profile) == ("san", "desk")


def test_an_empty_disk_is_attached_and_the_firmware_goes_on_to_its_next_device(san: San) -> None:
    """Which would be an installer's CD here; the volume itself is hard disk 0x80 for it, and as empty as before."""
    san.let_boot()
    san.machine.on()
    san.says("the disk has no boot loader")
    san.says("Booting from Hard Disk...")
    san.says("No bootable device.")
