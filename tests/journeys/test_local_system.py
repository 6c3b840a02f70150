"""A machine with an installed Debian is taken in as it is, copied while it runs, let go, and its copy starts elsewhere.

On the way the copying is killed on the machine, and openQRM is killed; nothing but the copy is left anywhere. The copy
goes onto a volume by NFS, and onto disks by AoE and iSCSI.
"""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
from lab.storages import ganesha, tgtd
from openqrm.adapters.hosts.local import LocalHost
from openqrm.plugin_api import run
from tests.journeys.demonstration import eventually
from tests.journeys.test_storage_host import NETWORK

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

TOOLS = ("/usr/sbin/iscsid", "/usr/sbin/iscsiadm")
PASSWORD = "f1rst-t1me"
NOTE, RUNS = "written before it was copied", "the copy runs"
# What is not needed for a boot is taken away before: emulated, each thousand files more cost a minute.
PREPARE = f"""
modprobe -a nfsv4 aoe iscsi_tcp sd_mod
cd /usr && rm -rf lib/modules/* share/* lib/python3* lib/apt lib/systemd
cd /usr/lib/x86_64-linux-gnu && rm -rf perl* gconv libicu* systemd
cd /usr/bin && rm -f perl* python3* systemctl ssh-keyscan btrfs gpgv apt* dpkg* && rm -rf /var/lib/dpkg /var/cache/*
echo root:{PASSWORD} | chpasswd
printf 'PermitRootLogin yes\\nPasswordAuthentication yes\\n' >/etc/ssh/sshd_config.d/10-passwords.conf
pkill -HUP -o -x sshd
echo '{NOTE}' >/root/note
echo '::once:/bin/sh -c "cp /root/note /root/seen; sync; echo {RUNS} >/dev/ttyS0"' >>/etc/inittab
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
    kind: str
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

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """What is in the copy, while no machine has it."""
        disk, at = self.folder / "volumes/copy.img", self.folder / "looked-at"
        if not disk.exists():
            yield self.folder / "volumes/copy"
            return
        at.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "loop", disk, at], check=True)
        try:
            yield at
        finally:
            subprocess.run(["umount", at], check=True)


@pytest.fixture(params=["nfs", "aoe", "iscsi"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as parts:
        subprocess.run(["mount", "-t", "tmpfs", "tgt", "/etc/tgt"], check=True)
        parts.callback(subprocess.run, ["umount", "/etc/tgt"], check=True)
        rack = parts.enter_context(Rack(tmp_path / "rack", machines=1))
        if request.param == "iscsi":
            parts.enter_context(tgtd(lan.SERVER_ADDRESS))
        guest = parts.enter_context(StorageHost(tmp_path / "guest", ensure_storage_image(SUPPLIES)))
        exports = parts.enter_context(ganesha(tmp_path / "nfs", lan.SERVER_ADDRESS))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080"))
        made = Site(tmp_path, listening, request.param, guest, rack.machines[0], running, parts)
        _set_up(made.api, tmp_path, exports, request.param)
        made.sh(PREPARE)
        if request.param == "iscsi":
            _bring_open_iscsi(made)
        yield made
        run(LocalHost(), ("sh", "-c", "pkill -9 -x vblade || true"))


def _bring_open_iscsi(site: Site) -> None:
    """As it is on this computer, which runs the same Debian."""
    linked = subprocess.run(["ldd", *TOOLS], capture_output=True, text=True, check=True).stdout
    libraries = {word for word in linked.split() if word.startswith("/lib/")}
    packed = subprocess.run(["tar", "-chf", "-", *TOOLS, *sorted(libraries)], capture_output=True, check=True).stdout
    done = site.guest.host.run(("tar", "-xf", "-", "-C", "/", "--skip-old-files"), stdin=packed, timeout_s=120)
    assert done.status == 0, done.err
    site.sh(
        "mkdir -p /run/lock/iscsi && mkdir -p -m 700 /etc/iscsi/ifaces /etc/iscsi/nodes /etc/iscsi/static\n"
        "echo InitiatorName=iqn.2026-11.lab:box >/etc/iscsi/initiatorname.iscsi"
    )


def _set_up(api: Api, folder: Path, exports: Path, kind: str) -> None:
    api.do("network", "create", **NETWORK)
    api.do("plugin", "set", name="dhcpd", settings={"directory": str(folder / "dhcp")})
    for plugin in ("dhcpd", "ipmi", "nfs-storage", "aoe-storage", "iscsi-storage", "local-server"):
        api.do("plugin", "enable", name=plugin)
    api.do("kernel", "add", name="default", source=str(ensure_kernel(SUPPLIES).folder.absolute()))
    of_kind = {
        "nfs": {"backend": "ganesha", "exports": str(exports)},
        "aoe": {"interface": lan.BRIDGE, "keeper": "bare"},
        "iscsi": {"backend": "tgt"},
    }
    settings = {"directory": str(folder / "volumes"), **of_kind[kind]}
    api.do("storage", "create", name="nas", type=f"{kind}-storage", resource="openqrm", settings=settings)


def test_a_living_system_is_copied_and_starts_elsewhere(site: Site) -> None:
    before = site.sh(SHOWN)
    _taken_in(site)
    _copied(site)
    site.api.do("local-server", "remove", name="box")
    assert site.sh(SHOWN) == before, "nothing of ours is left on the machine"
    assert not [row for row in site.api.ask("resource", "list") if row["name"] == "box"]
    site.guest.__exit__(None, None, None)  # the machine is switched off: the address is free, and so is this computer
    _started_elsewhere(site)


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


def _copied(site: Site) -> None:
    api = site.api
    api.do("volume", "create", name="copy", storage="nas", size_mib=0 if site.kind == "nfs" else 800)
    api.do("image", "create", name="copy", volume="copy")
    plan = api.begin("image", "capture", name="copy", resource="box")
    begun = site.follow(plan, lambda note: "%" in note and not note.startswith("0 %"))
    assert begun["state"] == "running", begun
    site.sh("kill -KILL -$(cat /var/lib/openqrm-capture/*/pid)")
    half = len(site.notes)
    site.follow(plan, lambda note: "%" in note and len(site.notes) > half + 1)
    site.kill_and_restart()
    ended = site.follow(plan)
    assert ended["state"] == "done", ended
    assert any("goes on from there" in note for note in site.notes), site.notes
    assert not site.api.ask("volume", "show", name="copy")["granted_to"]
    with site.copy() as folder:
        assert (folder / "root/note").read_text().strip() == NOTE and not any((folder / "proc").iterdir())
        assert (folder / "etc/fstab").read_text().splitlines()[2].startswith("tmpfs")
        assert "iface eth0" not in (folder / "etc/network/interfaces").read_text()
        assert "openqrm-local-server" not in (folder / "root/.ssh/authorized_keys").read_text()


def _started_elsewhere(site: Site) -> None:
    api, bmc = site.api, site.bare.bmc
    site.bare.on()
    eventually(lambda: api.ask("resource", "list", condition="idle"), site.bare.console)
    (row,) = api.ask("resource", "list", condition="idle")
    label = {"bmc_address": bmc.address, "bmc_port": bmc.port, "bmc_user": bmc.user, "bmc_password": bmc.password}
    api.do("resource", "edit", name=row["name"], bmc_driver=bmc.kind, **label)
    api.do("appliance", "create", name="web", image="copy", kernel="default")
    api.do("appliance", "start", name="web")
    eventually(lambda: RUNS in site.bare.console(), lambda: site.bare.console()[-2000:])
    api.do("appliance", "stop", name="web")
    with site.copy() as folder:
        assert (folder / "root/seen").read_text().strip() == NOTE
