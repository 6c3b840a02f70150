"""A machine with an installed Debian is taken in as it is, copied while it runs, let go, and its copy starts elsewhere.

On the way the copying is killed on the machine, and openQRM is killed; nothing but the copy is left anywhere.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lab import lan
from lab.demo.api import Api, Refused
from lab.demo.openqrm import Serving, serving
from lab.fixtures import SUPPLIES
from lab.images.kernel import ensure_kernel
from lab.images.storage import ensure_storage_image
from lab.machine import Machine
from lab.rack import Rack
from lab.storage_host import StorageHost
from lab.storages import ganesha
from openqrm.plugin_api import run
from tests.journeys.demonstration import eventually
from tests.journeys.test_storage_host import NETWORK

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

PASSWORD = "f1rst-t1me"
NOTE = "written before it was copied"
# What is not needed for a boot is taken away before: emulated, each thousand files more cost a minute.
PREPARE = f"""
modprobe nfsv4
cd /usr && rm -rf lib/modules/* share/* lib/python3* lib/apt lib/systemd
cd /usr/lib/x86_64-linux-gnu && rm -rf perl* gconv libicu* systemd
cd /usr/bin && rm -f perl* python3* systemctl ssh-keyscan btrfs gpgv apt* dpkg* && rm -rf /var/lib/dpkg /var/cache/*
echo root:{PASSWORD} | chpasswd
printf 'PermitRootLogin yes\\nPasswordAuthentication yes\\n' >/etc/ssh/sshd_config.d/10-passwords.conf
pkill -HUP -o -x sshd
echo '{NOTE}' >/root/note
echo '::once:/bin/cp /root/note /root/seen' >>/etc/inittab
printf '/dev/vdd / ext4 defaults 0 1\\nUUID=12 /home ext4 defaults 0 2\\ntmpfs /srv tmpfs noauto 0 0\\n' >/etc/fstab
mkdir -p /etc/network && printf 'auto eth0\\niface eth0 inet static\\n address 10.77.0.3/24\\n' >/etc/network/interfaces
"""
SHOWN = """
find / -xdev -path /var/log -prune -o -printf '%P %y %m %U %l\\n' | sort
cat /root/.ssh/authorized_keys /etc/fstab /etc/network/interfaces
"""


@dataclass
class Site:
    """`guest` is the installed machine, `bare` another one."""

    folder: Path
    listening: socket.socket
    guest: StorageHost
    bare: Machine
    serving: Serving
    parts: ExitStack
    notes: list[str] = field(default_factory=list)

    @property
    def api(self) -> Api:
        return self.serving.api

    def sh(self, script: str) -> str:
        return run(self.guest.host, ("sh",), stdin=script.encode(), hint="Look into the guest's console.")

    def kill_and_restart(self) -> None:
        """openQRM is killed, and started again on what it left."""
        self.serving.process.kill()
        self.serving.process.wait()
        again = serving(self.folder, [self.listening], f"{lan.SERVER_ADDRESS}:8080")
        self.serving = self.parts.enter_context(again)

    def follow(self, plan: dict[str, Any], until: Callable[[str], bool] = lambda _: False) -> dict[str, Any]:
        """The plan, once it has ended or the note of its copying is so."""

        def now() -> dict[str, Any]:
            return dict(self.api.ask("plan", "show", id=plan["id"]))

        def is_so() -> bool:
            shown = now()
            copy = next(step for step in shown["steps"] if step["id"] == "copy")
            if "%" in copy["note"] and copy["note"] not in self.notes:
                self.notes.append(copy["note"])
            return shown["state"] != "running" or until(copy["note"])

        eventually(is_so, now, within_s=600)
        return now()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(tmp_path / "rack", machines=1))
        guest = parts.enter_context(StorageHost(tmp_path / "guest", ensure_storage_image(SUPPLIES)))
        exports = parts.enter_context(ganesha(tmp_path / "nfs", lan.SERVER_ADDRESS))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080"))
        made = Site(tmp_path, listening, guest, rack.machines[0], running, parts)
        _set_up(made.api, tmp_path, exports)
        made.sh(PREPARE)
        yield made


def _set_up(api: Api, folder: Path, exports: Path) -> None:
    api.do("network", "create", **NETWORK)
    api.do("plugin", "set", name="dhcpd", settings={"directory": str(folder / "dhcp")})
    for plugin in ("dhcpd", "ipmi", "nfs-storage", "local-server"):
        api.do("plugin", "enable", name=plugin)
    api.do("kernel", "add", name="default", source=str(ensure_kernel(SUPPLIES).folder.absolute()))
    nas = {"directory": str(folder / "volumes"), "backend": "ganesha", "exports": str(exports)}
    api.do("storage", "create", name="nas", type="nfs-storage", resource="openqrm", settings=nas)


def test_a_living_system_is_copied_and_starts_elsewhere(site: Site) -> None:
    before = site.sh(SHOWN)
    _taken_in(site)
    copied = _copied(site)
    site.api.do("local-server", "remove", name="box")
    assert site.sh(SHOWN) == before, "nothing of ours is left on the machine"
    assert not [row for row in site.api.ask("resource", "list") if row["name"] == "box"]
    site.guest.__exit__(None, None, None)  # the machine is switched off: the address is free, and so is this computer
    _started_elsewhere(site, copied)


def _taken_in(site: Site) -> None:
    api, guest = site.api, site.guest
    wish = {"name": "box", "address": guest.address, "ssh_host_key": guest.host_key}
    with pytest.raises(Refused, match="does not let openQRM in"):
        api.do("local-server", "integrate", **wish, password="wr0ng")
    assert not [row for row in api.ask("resource", "list") if row["name"] == "box"]
    shown = api.preview("local-server", "integrate", **wish, password=PASSWORD)
    assert "Add openQRM's key to authorized_keys on box" in str(shown["steps"])
    api.do("local-server", "integrate", **wish, password=PASSWORD)
    (row,) = (row for row in api.ask("resource", "list") if row["name"] == "box")
    assert (row["condition"], row["claimed_by"], row["mac"]) == ("assigned", "box", guest.mac)
    details = api.ask("resource", "show", name="box")
    assert details["seen"]["statistics"]["hostname"] == "storage" and details["resource"]["inventory"]["disks"]
    assert api.ask("appliance", "show", name="box")["condition"] == "running"
    with pytest.raises(Refused, match="boots from its own disk"):
        api.do("appliance", "stop", name="box")


def _copied(site: Site) -> Path:
    api = site.api
    api.do("volume", "create", name="copy", storage="nas")
    api.do("image", "create", name="copy", volume="copy")
    plan = api.begin("image", "capture", name="copy", resource="box")
    site.follow(plan, lambda note: "%" in note and not note.startswith("0 %"))
    site.sh("kill -KILL -$(cat /var/lib/openqrm-capture/*/pid)")
    half = len(site.notes)
    site.follow(plan, lambda note: "%" in note and len(site.notes) > half + 1)
    site.kill_and_restart()
    ended = site.follow(plan)
    assert ended["state"] == "done", ended
    assert len(site.notes) > 3, site.notes
    assert not site.api.ask("volume", "show", name="copy")["granted_to"]
    folder = site.folder / "volumes/copy"
    assert (folder / "root/note").read_text().strip() == NOTE and not any((folder / "proc").iterdir())
    assert (folder / "etc/fstab").read_text().splitlines()[2].startswith("tmpfs")
    assert "iface eth0" not in (folder / "etc/network/interfaces").read_text()
    assert "openqrm-local-server" not in (folder / "root/.ssh/authorized_keys").read_text()
    return folder


def _started_elsewhere(site: Site, copied: Path) -> None:
    api, bmc = site.api, site.bare.bmc
    site.bare.on()
    eventually(lambda: api.ask("resource", "list", condition="idle"), site.bare.console)
    (row,) = api.ask("resource", "list", condition="idle")
    label = {"bmc_address": bmc.address, "bmc_port": bmc.port, "bmc_user": bmc.user, "bmc_password": bmc.password}
    api.do("resource", "edit", name=row["name"], bmc_driver=bmc.kind, **label)
    api.do("appliance", "create", name="web", image="copy", kernel="default")
    api.do("appliance", "start", name="web")
    seen = copied / "root/seen"
    eventually(lambda: seen.exists() and seen.read_text().strip() == NOTE, lambda: site.bare.console()[-2000:])
    api.do("appliance", "stop", name="web")
