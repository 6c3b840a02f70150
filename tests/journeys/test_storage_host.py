"""A storage host added by hand: a machine of the rack boots from its kernel NFS service, from LIO, vblade and LVM."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab import lan
from lab.demo.api import Api
from lab.demo.openqrm import serving
from lab.images.kernel import ensure_kernel
from lab.machine import Machine
from lab.peers import lists, rack_peers
from lab.rack import Rack
from lab.storage_host import StorageHost
from openqrm.plugin_api import run
from tests.journeys.demonstration import eventually
from tests.lab.test_rack import DISK_SAYS, SECTOR
from tests.lab.tiny_root import COUNT, CUT_OFF, tiny_root

pytestmark = pytest.mark.real

HINT = "Look into the storage host's console."
NETWORK = {
    "name": "rack",
    "cidr": lan.NETWORK,
    "interface": lan.BRIDGE,
    "address": lan.SERVER_ADDRESS,
    "first": "10.77.0.100",
    "last": "10.77.0.199",
    "domain": "rack.internal",
}
_WIPE_LIO = "import rtslib_fb; rtslib_fb.RTSRoot().clear_existing(confirm=True)"


@dataclass(frozen=True)
class Site:
    """openQRM, one bare machine that is idle, and the storage host as resource `box`."""

    api: Api
    machine: Machine
    guest: StorageHost

    def sh(self, *argv: str, stdin: bytes = b"") -> str:
        return run(self.guest.host, argv, stdin=stdin, hint=HINT)

    def idle(self) -> bool:
        rows = self.api.ask("resource", "list", condition="idle")
        return any(row["mac"] == self.machine.hardware.mac for row in rows)

    def appliance(self, name: str, storage: str, fill: Callable[[], object], **size: int) -> None:
        """An appliance with a root on this storage, described."""
        self.api.do("volume", "create", name=name, storage=storage, **size)
        fill()
        self.api.do("image", "create", name=name, volume=name)
        self.api.do("appliance", "create", name=name, image=name, kernel="default")

    def stop(self, name: str) -> None:
        self.api.do("appliance", "stop", name=name)
        eventually(self.idle, lambda: self.api.ask("resource", "list"))


@pytest.fixture
def site(in_cell: None, storage_host: StorageHost, supplies: Path, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(tmp_path / "rack", machines=1))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        api = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080")).api
        made = Site(api, rack.machines[0], storage_host)
        _set_up(made, tmp_path, ensure_kernel(supplies).folder)
        yield made
        made.sh("python3", "-I", "-c", _WIPE_LIO)
        guest = storage_host.host
        guest.run(("pkill", "-9", "-x", "vblade"))
        made.sh("rm", "-rf", f"{storage_host.btrfs}/nas", f"{storage_host.xfs}/san", "/etc/openqrm")


def _set_up(site: Site, folder: Path, kernel: Path) -> None:
    api, guest = site.api, site.guest
    api.do("network", "create", **NETWORK)
    api.do("plugin", "set", name="dhcpd", settings={"directory": str(folder / "dhcp")})
    for plugin in ("dhcpd", "ipmi", "nfs-storage", "iscsi-storage"):
        api.do("plugin", "enable", name=plugin)
    api.do("kernel", "add", name="default", source=str(kernel))
    site.sh("mkdir", "-p", "/etc/rtslib-fb-target", "/etc/exports.d")
    guest.authorize(own_key(api.ask("resource", "show", name="openqrm")))
    api.do("resource", "add", name="box", mac=guest.mac, address=guest.address, managed=False)
    api.do("resource", "edit", name="box", ssh_host_key=guest.host_key)
    nas = {"directory": f"{guest.btrfs}/nas"}
    san = {"directory": f"{guest.xfs}/san", "backend": "lio"}
    api.do("storage", "create", name="nas", type="nfs-storage", resource="box", settings=nas)
    api.do("storage", "create", name="san", type="iscsi-storage", resource="box", settings=san)
    site.machine.on()
    eventually(site.idle, site.machine.console)
    bmc, (row,) = site.machine.bmc, api.ask("resource", "list", condition="idle")
    label = {"bmc_address": bmc.address, "bmc_port": bmc.port, "bmc_user": bmc.user, "bmc_password": bmc.password}
    api.do("resource", "edit", name=row["name"], bmc_driver=bmc.kind, **label)


def own_key(shown: dict[str, Any]) -> str:
    return str(shown["resource"]["ssh"]["own_key"])


def test_what_boots_from_it_boots_for_real(site: Site) -> None:
    web, db = f"{site.guest.btrfs}/nas/web", f"{site.guest.xfs}/san/db.img"
    with rack_peers(site.guest.address, 8) as (stranger,):
        site.appliance("web", "nas", lambda: site.sh("tar", "-x", "-C", web, stdin=tiny_root()))
        site.api.do("appliance", "start", name="web")
        eventually(lambda: COUNT in site.sh("ls", web), "it writes its root".format)
        assert not lists(stranger, web)
        site.stop("web")
        assert web not in site.sh("exportfs", "-s")
        site.appliance("db", "san", lambda: site.sh("mke2fs", "-q", "-t", "ext4", "-d", web, db), size_mib=64)
        site.api.do("appliance", "start", name="db")
        site.stop("db")
    assert "db" not in site.sh("find", "/sys/kernel/config/target/iscsi", "-name", "iqn*")
    assert int(site.sh("debugfs", "-R", f"cat {COUNT}", db)) > 0, "it wrote its root"


LVM = {"group": "lab", "pool": "pool", "keeper": "bare"}
MANY = 200  # sectors: more than what was on its way when the cable was out


@pytest.mark.lab
@pytest.mark.parametrize("type_", ["lvm-nfs", "lvm-iscsi", "lvm-aoe"])
def test_a_logical_volume_boots_for_real(site: Site, type_: str) -> None:
    for plugin in ("lvm-storage", "aoe-storage"):
        site.api.do("plugin", "enable", name=plugin)
    site.api.do("storage", "create", name="lv", type=type_, resource="box", settings=LVM)

    site.appliance("web", "lv", lambda: _fill(site, type_), size_mib=64)
    site.api.do("appliance", "start", name="web")
    site.stop("web")
    assert int(site.sh("debugfs", "-R", f"cat {COUNT}", "/dev/lab/web")) > 0, "it wrote its root"
    if type_ == "lvm-nfs":  # at once: the kernel holds nothing for a machine that may mount nothing any more
        site.sh("umount", "/srv/openqrm/web")
    site.sh("lvremove", "-q", "--yes", "lab/web")


def _fill(site: Site, type_: str) -> None:
    if type_ != "lvm-nfs":
        site.sh("mkfs.ext4", "-q", "/dev/lab/web")
        site.sh("mkdir", "-p", "/srv/openqrm/web")
        site.sh("mount", "/dev/lab/web", "/srv/openqrm/web")
    site.sh("tar", "-x", "-C", "/srv/openqrm/web", stdin=tiny_root())
    if type_ != "lvm-nfs":
        site.sh("umount", "/srv/openqrm/web")


@pytest.mark.lab
@pytest.mark.parametrize(("type_", "away_s"), [("lvm-iscsi", 75), ("lvm-aoe", 200)])
def test_a_machine_outlives_its_storage_being_away(site: Site, type_: str, away_s: float) -> None:
    """For longer than a command to a disk may take by itself (30 s, and 15 s to take it back), and AoE's own limit."""
    for plugin in ("lvm-storage", "aoe-storage"):
        site.api.do("plugin", "enable", name=plugin)
    site.api.do("storage", "create", name="lv", type=type_, resource="box", settings=LVM)
    site.appliance("web", "lv", lambda: _fill(site, type_), size_mib=64)
    site.api.do("appliance", "start", name="web")

    def written() -> int:
        """Sectors of the disk since it is there, as its own kernel counts them."""
        stat = "cat /sys/dev/block/$(mountpoint -x $(readlink -f /dev/lab/web))/stat"
        return int(site.sh("sh", "-c", stat).split()[6])

    before = written()
    eventually(lambda: written() > before + MANY, site.machine.console)
    site.guest.plug(False)
    time.sleep(away_s)
    site.guest.plug(True)
    before = written()
    eventually(lambda: written() > before + MANY, site.machine.console, within_s=300)
    assert CUT_OFF not in site.machine.console()
    site.stop("web")
    site.sh("lvremove", "-q", "--yes", "lab/web")


@pytest.mark.lab
@pytest.mark.parametrize("type_", ["sanboot-iscsi", "sanboot-aoe"])
def test_firmware_boots_a_volume_for_real(site: Site, type_: str) -> None:
    """Poured from a disk in a file: what counts is its own boot loader, and that it is given back."""
    raw = f"{site.guest.xfs}/found.raw"
    site.guest.host.write_file(raw, SECTOR.ljust(510, b"\0") + b"\x55\xaa")
    site.api.do("plugin", "enable", name="sanboot-storage")
    settings = {"directory": f"{site.guest.xfs}/san", "keeper": "bare"}
    site.api.do("storage", "create", name="boot", type=type_, resource="box", settings=settings)
    site.appliance("win", "boot", list, size_mib=8)
    site.api.do("image", "fill", name="win", source=raw)
    site.api.do("appliance", "start", name="win")
    eventually(lambda: DISK_SAYS in site.machine.console(), site.machine.console)
    assert site.api.ask("appliance", "show", name="win")["condition"] == "running"
    site.stop("win")
    assert not site.guest.host.run(("pgrep", "-x", "vblade")).out
    assert "win" not in site.sh("find", "/sys/kernel/config/target/iscsi", "-name", "iqn*")
