"""An installed Debian boots from a disk that firmware attaches: GRUB reads it by BIOS, its initramfs finds it by iBFT.

What it wrote on one machine of the rack is there when it boots on the other, and each time no other gets the disk.
"""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from lab import lan
from lab.demo.api import Api
from lab.demo.openqrm import serving
from lab.guest_disk import guest_disk
from lab.images.kernel import ensure_kernel
from lab.machine import Machine
from lab.peers import Peer, rack_peers
from lab.rack import Rack
from lab.storages import tgtd
from openqrm.plugin_api import Host
from tests.journeys.demonstration import eventually
from tests.journeys.guest import GuestKeys, guest_keys
from tests.journeys.test_storage_host import NETWORK

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

SIZE_MIB, MEMORY_MIB = 2304, 768  # a little larger than what is poured onto it
TARGET = "iqn.2004-01.org.openqrm:desk"
SEED = "var/lib/cloud/seed/nocloud"
ROOT = "findmnt -no SOURCE /; cat /sys/firmware/ibft/target0/target-name; cat /sys/class/iscsi_session/*/targetname"
PASSWORD = "cat /sys/firmware/ibft/target0/chap-secret"
SHUTDOWN_S = 300.0
TGTADM = ("tgtadm", "--lld", "iscsi", "--mode")
NOTE = "written on the first machine"


@dataclass
class Site:
    """openQRM with two idle machines, and a volume that the installed disk was poured onto."""

    folder: Path
    api: Api
    machines: dict[str, Machine]  # by the name of their resource
    keys: GuestKeys
    stranger: Peer

    def start(self, name: str) -> Host:
        """The appliance on this machine, once it lets us in."""
        self.api.do("appliance", "start", name="desk", resource=name)
        address = str(self.api.ask("resource", "show", name=name)["resource"]["address"])
        return self.keys.until_it_lets_us_in(lambda: address, lambda: self.machines[name].console()[-3000:])

    def idle(self) -> list[dict[str, Any]]:
        """Machines of the rack that are."""
        return [row for row in self.api.ask("resource", "list", condition="idle") if row["mac"]]


@pytest.fixture
def site(supplies: Path, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as parts:
        subprocess.run(["mount", "-t", "tmpfs", "tgt", "/etc/tgt"], check=True)
        parts.callback(subprocess.run, ["umount", "/etc/tgt"], check=True)
        rack = parts.enter_context(Rack(tmp_path / "rack", machines=2, memory_mib=MEMORY_MIB))
        parts.enter_context(tgtd("0.0.0.0"))
        (stranger,) = parts.enter_context(rack_peers(lan.SERVER_ADDRESS, 9))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        api = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080")).api
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "key")
        made = Site(tmp_path, api, {}, parts.enter_context(guest_keys(tmp_path / "key")), stranger)
        _set_up(api, tmp_path, supplies)
        _pour(made, supplies)
        _discover(made, rack.machines)
        yield made


def _set_up(api: Api, folder: Path, supplies: Path) -> None:
    api.do("network", "create", **NETWORK)
    api.do("plugin", "set", name="dhcpd", settings={"directory": str(folder / "dhcp")})
    for plugin in ("dhcpd", "ipmi", "sanboot-storage"):
        api.do("plugin", "enable", name=plugin)
    api.do("kernel", "add", name="default", source=str(ensure_kernel(supplies).folder.absolute()))
    settings = {"directory": str(folder / "disks"), "target": "tgt"}
    api.do("storage", "create", name="san", type="sanboot-iscsi", resource="openqrm", settings=settings)


def _pour(site: Site, supplies: Path) -> None:
    """The guest's disk with a seed in it, as cloud-init looks for one without a second disk."""
    raw = site.folder / "found.raw"
    with guest_disk(supplies, raw) as root:
        (root / SEED).mkdir(parents=True)
        (root / SEED / "user-data").write_text(site.keys.seed())
        (root / SEED / "meta-data").write_text(json.dumps({"instance-id": "desk"}))
    site.api.do("volume", "create", name="desk", storage="san", size_mib=SIZE_MIB)
    site.api.do("image", "create", name="desk", volume="desk")
    site.api.do("image", "fill", name="desk", source=str(raw))
    site.api.do("appliance", "create", name="desk", image="desk")
    raw.unlink()


def _discover(site: Site, machines: list[Machine]) -> None:
    for machine in machines:
        machine.on()
    eventually(lambda: len(site.idle()) == len(machines), lambda: [each.console()[-1000:] for each in machines])
    for row in site.idle():
        (machine,) = (each for each in machines if each.hardware.mac == row["mac"])
        bmc = machine.bmc
        label = {"bmc_address": bmc.address, "bmc_port": bmc.port, "bmc_user": bmc.user, "bmc_password": bmc.password}
        site.api.do("resource", "edit", name=row["name"], bmc_driver=bmc.kind, **label)
        site.machines[row["name"]] = machine


def test_an_installed_system_boots_over_the_network_on_one_machine_and_then_on_the_other(site: Site) -> None:
    first, second = site.machines
    guest = site.start(first)
    assert says(guest, "hostname; systemctl is-active ssh").split() == ["orders", "active"]
    assert says(guest, ROOT).split() == ["/dev/sda1", TARGET, TARGET]
    _nobody_else_gets_it(site, says(guest, PASSWORD).strip())
    _logs_in_again(guest)
    says(guest, f"echo {NOTE} >/root/note")
    site.machines[first].soft_off()  # what it has not written yet it writes while it shuts down
    eventually(lambda: not site.machines[first].power(), site.machines[first].console, within_s=SHUTDOWN_S)
    site.api.do("appliance", "stop", name="desk")
    eventually(lambda: len(site.idle()) == 2, site.machines[first].console)
    guest, console = site.start(second), site.machines[second].console
    assert says(guest, f"cat /root/note; {ROOT}").splitlines() == [NOTE, "/dev/sda1", TARGET, TARGET]
    eventually(lambda: "orders login:" in console(), lambda: console()[-3000:])
    site.api.do("appliance", "stop", name="desk")


def _nobody_else_gets_it(site: Site, password: str) -> None:
    """From another address on the same network, with the name and the password that the machine itself uses."""
    account = f"iscsi://desk%{password}@{site.stranger.storage}/{TARGET}/1"
    refused = site.stranger.run("iscsi-readcapacity16", "-i", "iqn.2004-01.org.openqrm:writer-of-desk", account)
    assert "Login Failed" in refused.stderr and "Total size" not in refused.stdout, refused


def _logs_in_again(guest: Host) -> None:
    """When its connection breaks, with what firmware told: until then nothing is written."""
    (tid,) = _ids("target", "show", before="Target ")
    broken = _ids("conn", "show", "--tid", tid, before="Session: ")  # one may be left of the firmware's
    for sid in broken:
        subprocess.run([*TGTADM, "conn", "--op", "delete", "--tid", tid, "--sid", sid, "--cid", "0"], check=True)
    says(guest, "date >/root/after; sync")
    assert set(_ids("conn", "show", "--tid", tid, before="Session: ")) - set(broken)


def _ids(mode: str, *words: str, before: str) -> list[str]:
    """The numbers that tgtd tells of after these words."""
    shown = subprocess.run([*TGTADM, mode, "--op", *words], capture_output=True, text=True, check=True).stdout
    return re.findall(f"^{before}([0-9]+)", shown, re.MULTILINE)


def says(guest: Host, command: str) -> str:
    """What a command prints there."""
    done = guest.run(("sh", "-c", command), timeout_s=120)
    assert done.status == 0, done
    return done.out
