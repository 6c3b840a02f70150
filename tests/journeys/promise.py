"""What the promise is tried on: a machine of the rack, two hosts for VMs, and a storage host that all can reach."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from lab.demo.api import Api
from lab.demo.move import introduce
from lab.demo.openqrm import serving
from lab.demo.rack_scene import RackScene
from lab.demo.story import Story
from lab.demo.view import View
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.libvirt_hosts import LibvirtHost, LibvirtHosts
from lab.rack import Rack
from lab.storage_host import POOL, VOLUME_GROUP, StorageHost
from openqrm.plugin_api import run
from tests.journeys.demonstration import eventually

DISK, SNAPSHOT, LOOK = f"/dev/{VOLUME_GROUP}/web", f"{VOLUME_GROUP}/look", "/mnt/look"
OF_A_RUN = ("dev", "proc", "run", "sys", "tmp", "var/log", "var/run", "lost+found")  # what any boot writes
STORAGES: dict[str, dict[str, str]] = {
    "lvm-nfs": {},
    "lvm-iscsi": {"target": "lio"},
    "lvm-aoe": {"interface": StorageHost.interface, "keeper": "bare"},
}
# a machine that is gone keeps its files open on the kernel's NFS service until its lease is over
_EXPIRE_CLIENTS = "for each in /proc/fs/nfsd/clients/*/ctl; do echo expire >$each; done"
_WIPE_LIO = "import rtslib_fb; rtslib_fb.RTSRoot().clear_existing(confirm=True)"


@dataclass
class Promise:
    """Appliance web is described; a machine is idle, and the hosts carry nothing."""

    story: Story
    scene: RackScene
    hosts: list[LibvirtHost]
    storage: StorageHost

    @property
    def api(self) -> Api:
        return self.story.api

    @property
    def metal(self) -> str:
        """The machine of the rack."""
        mac = self.scene.machines[0].hardware.mac
        rows: list[dict[str, Any]] = self.api.ask("resource", "list")
        return str(next(row["name"] for row in rows if row["mac"] == mac))

    def sh(self, *argv: str) -> str:
        """What a command prints on the storage host."""
        return run(self.storage.host, argv, hint="Look into the storage host's console.", timeout_s=120)

    def previewed(self, noun: str, verb: str, **fields: object) -> list[str]:
        """Do it as it was shown before; what was shown."""
        shown = [step["what"] for step in self.api.preview(noun, verb, **fields)["steps"]]
        done = [step["what"] for step in self.api.do(noun, verb, **fields)["steps"]]
        assert shown and done == shown
        return shown

    def until_idle(self, resource: str) -> None:
        """It has booted from the network, and registered at the boot door as metal does."""
        eventually(
            lambda: resource in [row["name"] for row in self.api.ask("resource", "list", condition="idle")],
            lambda: self.api.ask("resource", "show", name=resource),
        )

    def switch_to(self, resource: str, machine_type: str) -> list[str]:
        """Stop, switch, start."""
        self.api.do("appliance", "edit", name="web", machine_type=machine_type)
        return self.previewed("appliance", "switch", name="web", resource=resource)

    def resolved(self) -> str:
        """Where its name leads."""
        asked = ["dig", "+short", "+time=1", "+tries=2", f"@{SERVER_ADDRESS}", "web.rack.internal"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

    def content(self) -> list[str]:
        """Every file of the image but what a boot writes: type, mode, owner, and a digest or where it leads."""
        self.sh("lvcreate", "-q", "--snapshot", "--setactivationskip", "n", "--name", "look", f"{VOLUME_GROUP}/web")
        self.sh("mkdir", "-p", LOOK)
        self.sh("mount", f"/dev/{SNAPSHOT}", LOOK)
        try:
            pruned = [word for path in OF_A_RUN for word in ("-path", f"{LOOK}/{path}", "-prune", "-o")]
            shown = self.sh("find", LOOK, *pruned, "-printf", "%P %y %m %U:%G %l\\n")
            digests = self.sh("find", LOOK, *pruned, "-type", "f", "-exec", "sha256sum", "{}", "+")
        finally:
            self.sh("umount", LOOK)
            self.sh("lvremove", "-q", "--yes", SNAPSHOT)
        return sorted([*shown.splitlines(), *digests.splitlines()])


@contextmanager
def promised(folder: Path, supplies: Path, storage: StorageHost, kind: str) -> Iterator[Promise]:
    """With the image on a storage of that type, filled, and nothing started."""
    with ExitStack() as stack, (folder / "told").open("w") as told:
        rack = stack.enter_context(Rack(folder / "rack", machines=1))
        hosts = stack.enter_context(LibvirtHosts(folder / "hosts", 2))
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        site = stack.enter_context(serving(folder, [listening], f"{SERVER_ADDRESS}:8080"))
        scene = RackScene(
            plugins={
                "dhcpd": {"directory": str(folder / "dhcp")},
                "dns": {"directory": str(folder / "dns"), "domain": "rack.internal"},
            },
            machines=rack.machines, kernel=ensure_kernel(supplies).folder, image=ensure_image(supplies),
            volumes=folder, exports=folder, key=folder / "id_ed25519", hosts=hosts,
        )  # fmt: skip
        made = Promise(Story(scene, site.api, View(Console(file=told)), site.cpu_s), scene, hosts, storage)
        _set_up(made, kind)
        introduce(site.api, hosts)
        made.story.discover()
        yield made
        _clear(made)


def _set_up(promise: Promise, kind: str) -> None:
    api, guest = promise.api, promise.storage
    api.do("network", "create", **promise.scene.network())
    for plugin, settings in promise.scene.plugins.items():
        api.do("plugin", "set", name=plugin, settings=settings)
    for plugin in (*promise.scene.plugins, "ipmi", "nfs-storage", "iscsi-storage", "aoe-storage", "lvm-storage", "kvm"):
        api.do("plugin", "enable", name=plugin)
    api.do("kernel", "add", name="default", source=str(promise.scene.kernel))
    promise.sh("mkdir", "-p", "/etc/rtslib-fb-target", "/etc/exports.d")
    guest.authorize(api.ask("resource", "show", name="openqrm")["resource"]["ssh"]["own_key"])
    known = {"mac": guest.mac, "address": guest.address, "ssh_host_key": guest.host_key}
    api.do("resource", "add", name="box", managed=False, **known)
    settings = {"group": VOLUME_GROUP, "pool": POOL, **STORAGES[kind]}
    api.do("storage", "create", name="shelf", type=kind, resource="box", settings=settings)
    api.do("volume", "create", name="web", storage="shelf", size_mib=400)
    _fill(promise, "/srv/openqrm/web" if kind == "lvm-nfs" else "")
    api.do("image", "create", name="web", volume="web", authorized_keys=promise.scene.public_key())
    api.do("appliance", "create", name="web", image="web", kernel="default")


def _fill(promise: Promise, mounted: str) -> None:
    """The small image is brought to the volume by hand, on the storage host itself; MOUNTED: where that has it."""
    unpacked = subprocess.run(["zstd", "-dc", promise.scene.image.archive], capture_output=True, check=True).stdout
    if not mounted:
        promise.sh("mkfs.ext4", "-q", DISK)
        promise.sh("mkdir", "-p", LOOK)
        promise.sh("mount", DISK, LOOK)
    done = promise.storage.host.run(("tar", "-x", "-C", mounted or LOOK), stdin=unpacked, timeout_s=300)
    assert done.status == 0, done.err
    if not mounted:
        promise.sh("umount", LOOK)


def _clear(promise: Promise) -> None:
    """The storage host is others' too."""
    promise.api.do("appliance", "stop", name="web")
    host = promise.storage.host
    host.run(("pkill", "-9", "-x", "vblade"))
    host.run(("python3", "-I", "-c", _WIPE_LIO))
    host.run(("exportfs", "-f"))
    host.run(("sh", "-c", _EXPIRE_CLIENTS))
    host.run(("umount", "/srv/openqrm/web"))
    promise.sh("rm", "-rf", "/etc/openqrm")
    gone = ("lvremove", "-q", "--yes", f"{VOLUME_GROUP}/web")
    eventually(lambda: host.run(gone).status == 0, lambda: "the storage host still has it open")
