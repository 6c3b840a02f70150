"""A Debian installed on a disk is started as a VM with a seed, and logged in to; then the VM boots an ISO image."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import lan
from lab.demo.api import Api
from lab.demo.move import introduce
from lab.demo.openqrm import serving
from lab.images.guest import ISO_SAYS
from lab.libvirt_hosts import LibvirtHost, LibvirtHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.adapters.hosts.terminals import SshTerminals
from openqrm.plugin_api import Place, Resource
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.terminal import Terminal
from tests.journeys.guest import BOOT_S, GuestKeys, get_guest, guest_keys
from tests.journeys.test_storage_host import NETWORK

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

ISO_S = 240.0  # emulated, and beside others
SIZE_MIB = 3072  # larger than what is poured onto it


@dataclass
class Site:
    """openQRM, a host with a folder for disks, and the keys that the guest is to have."""

    folder: Path
    api: Api
    host: LibvirtHost
    keys: GuestKeys

    def find_address(self) -> str | None:
        """Where DHCP has put it; None before it asked."""
        mac = self.api.ask("vm", "show", name="db1")["vm"]["nics"][0]["mac"]
        leases = [line.split() for file in self.folder.glob("dhcp/**/leases") for line in file.read_text().splitlines()]
        return next((lease[2] for lease in leases if lease[1:2] == [mac]), None)

    def serial_line(self) -> str:
        """What the VM says on it within some time, up to the ISO image's sentence."""
        place = Terminal(Settings()).find_place(Resource(name="db1", type="kvm", host=self.host.name), "serial")
        assert place
        return asyncio.run(self._read(place))

    async def _read(self, place: Place) -> str:
        access = SshAccess(self.host.address, self.host.host_key)
        lines = SshTerminals(self.keys.access.key_file, lambda _name: access)
        shown = b""
        line = await lines.open(place.host, place.argv, 100, 40)
        try:
            async with asyncio.timeout(ISO_S):
                while ISO_SAYS.encode() not in shown and (some := await line.read()):
                    shown += some
        except TimeoutError:
            pass
        finally:
            await line.close()
        return shown.decode(errors="replace")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as parts:
        (host,) = parts.enter_context(LibvirtHosts(tmp_path / "hosts", 1))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        api = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080")).api
        keys = parts.enter_context(guest_keys(tmp_path / "hosts" / "key"))
        _set_up(api, host, tmp_path)
        yield Site(tmp_path, api, host, keys)


def _set_up(api: Api, host: LibvirtHost, folder: Path) -> None:
    api.do("network", "create", **NETWORK)
    api.do("plugin", "set", name="dhcpd", settings={"directory": str(folder / "dhcp")})
    api.do("plugin", "set", name="kvm", settings={"accelerator": "qemu"})
    for plugin in ("dhcpd", "kvm", "directory-storage"):
        api.do("plugin", "enable", name=plugin)
    introduce(api, [host])
    disks = {"directory": str(folder / "disks")}
    api.do("storage", "create", name="disks", type="directory-qcow2", resource=host.name, settings=disks)


def test_an_installed_system_starts_as_a_vm_and_is_what_its_seed_says(site: Site) -> None:
    api, image = site.api, get_guest()
    api.do("volume", "create", name="db", storage="disks", size_mib=SIZE_MIB)
    api.do("image", "create", name="db", volume="db")
    api.do("image", "fill", name="db", source=str(image.disk.resolve()))
    api.do("vm", "create", name="db1", host=site.host.name, disk="db", boot="disk", memory_mib=768)
    api.do("vm", "seed", name="db1", user_data=site.keys.seed())
    api.do("resource", "power-on", name="db1")
    guest = site.keys.until_it_lets_us_in(site.find_address, lambda: api.ask("resource", "show", name="db1"))
    said = guest.run(("sh", "-c", "hostname; findmnt -no SOURCE /; cloud-init status --wait"), timeout_s=BOOT_S)
    assert said.out.replace(".", "").split() == ["orders", "/dev/vda1", "status:", "done"], said
    assert guest.read_file("/var/lib/cloud/data/instance-id") == _instance(api)
    shutil.copy(image.iso, site.host.directory / "iso" / "hello.iso")  # its /var/lib/openqrm-iso
    _boots_an_iso_image_once(site)


def _boots_an_iso_image_once(site: Site) -> None:
    api = site.api
    (iso,) = api.ask("host", "isos", name=site.host.name)
    api.do("resource", "power-off", name="db1")
    api.do("vm", "edit", name="db1", iso=iso["name"], boot_once="iso")
    api.do("resource", "power-on", name="db1")
    assert ISO_SAYS in (said := site.serial_line()), said[-2000:]
    assert api.ask("vm", "show", name="db1")["vm"]["boot_once"] == ""
    api.do("resource", "power-off", name="db1")
    api.do("vm", "remove", name="db1")


def _instance(api: Api) -> bytes:
    """As the seed's file is named."""
    return Path(api.ask("vm", "show", name="db1")["vm"]["iso"]).stem.encode() + b"\n"
