"""The promise: one image runs on metal, on a VM of one host, on a VM of another, and on metal again.

A file that was written at the start is there at the end, the name follows, nothing else of the image has changed, and
each move was a plan that could be seen before.
"""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
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
from lab.storages import ganesha
from tests.journeys.demonstration import eventually

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

BOOT = f"{SERVER_ADDRESS}:8080"
NOTE = "written on metal"
OF_A_RUN = ("dev", "proc", "run", "sys", "tmp", "var/log", "var/run")  # what any boot writes


@dataclass
class Promise:
    """A machine that runs appliance web, and two hosts that are known and carry nothing."""

    api: Api
    scene: RackScene
    hosts: list[LibvirtHost]
    folder: Path

    @property
    def metal(self) -> str:
        """The machine of the rack."""
        mac = self.scene.machines[0].hardware.mac
        return str(next(row["name"] for row in self.rows() if row["mac"] == mac))

    def rows(self) -> list[dict[str, Any]]:
        return list(self.api.ask("resource", "list"))

    def home(self) -> dict[str, Any]:
        """The resource that web runs on."""
        return next(row for row in self.rows() if row["claimed_by"] == "web")

    def says(self, command: str) -> str:
        """What the appliance prints; waits until it lets us in."""
        said: list[str | None] = [None]

        def answers() -> bool:
            said[0] = self.scene.log_in(str(self.home()["address"]), command)
            return said[0] is not None

        eventually(answers, lambda: "web lets nobody in")
        return (said[0] or "").strip()

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

    def move_to(self, resource: str, machine_type: str) -> list[str]:
        self.api.do("appliance", "edit", name="web", machine_type=machine_type)
        return self.previewed("appliance", "switch", name="web", resource=resource)

    def is_whole_on(self, resource: str) -> None:
        """The appliance runs there, has its file, and its name leads there."""
        assert self.home()["name"] == resource
        assert self.says("cat /root/note; hostname").splitlines() == [NOTE, "web"]
        assert self.resolved() == str(self.home()["address"])

    def resolved(self) -> str:
        asked = ["dig", "+short", "+time=1", "+tries=2", f"@{SERVER_ADDRESS}", "web.rack.internal"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

    def content(self) -> dict[str, bytes]:
        """Every file of the image, but what a boot writes."""
        root = self.scene.volumes / "web"
        files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        named = ((str(path.relative_to(root)), path) for path in files)
        return {name: path.read_bytes() for name, path in named if not name.startswith(OF_A_RUN)}


@pytest.fixture
def promise(tmp_path: Path, supplies: Path) -> Iterator[Promise]:
    with ExitStack() as stack, (tmp_path / "told").open("w") as told:
        rack = stack.enter_context(Rack(tmp_path / "rack", machines=1))
        hosts = stack.enter_context(LibvirtHosts(tmp_path / "hosts", 2))
        volumes = tmp_path / "volumes"
        volumes.mkdir()
        exports = stack.enter_context(ganesha(tmp_path / "nfs", SERVER_ADDRESS))
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = stack.enter_context(serving(tmp_path, [listening], BOOT))
        plugins: dict[str, dict[str, str]] = {
            "dhcpd": {"directory": str(tmp_path / "dhcp")},
            "dns": {"directory": str(tmp_path / "dns"), "domain": "rack.internal"},
            "ipmi": {},
            "nfs-storage": {},
            "kvm": {},
        }
        kernel, image = ensure_kernel(supplies).folder, ensure_image(supplies)
        scene = RackScene(plugins, rack.machines, kernel, image, volumes, exports, tmp_path / "id_ed25519")
        story = Story(scene, running.api, View(Console(file=told)), running.cpu_s)
        story.set_up()
        introduce(running.api, hosts)
        story.discover()
        story.start()
        yield Promise(running.api, scene, hosts, tmp_path)


def test_one_image_runs_on_metal_and_on_vms_of_two_hosts(promise: Promise) -> None:
    api, (one, two) = promise.api, promise.hosts
    promise.says(f"echo {NOTE} > /root/note")
    promise.is_whole_on(metal := promise.metal)
    before = promise.content()

    api.do("vm", "create", name="vm1", host=one.name, memory_mib=512)
    shown = promise.previewed("resource", "power-on", name="vm1")
    assert shown[0] == f"Switch on VM vm1 on {one.name}"
    promise.until_idle("vm1")
    promise.move_to("vm1", "kvm")
    promise.is_whole_on("vm1")
    boot = promise.says("cat /proc/sys/kernel/random/boot_id")

    promise.previewed("vm", "migrate", name="vm1", host=two.name)
    promise.is_whole_on("vm1")
    assert promise.says("cat /proc/sys/kernel/random/boot_id") == boot, "it ran on"
    assert two.host.run(("virsh", "-c", "qemu:///system", "list", "--name")).out.split() == ["vm1"]

    promise.previewed("appliance", "stop", name="web")
    api.do("resource", "power-off", name="vm1")
    promise.previewed("vm", "migrate", name="vm1", host=one.name)
    promise.previewed("appliance", "start", name="web")
    promise.is_whole_on("vm1")
    assert promise.says("cat /proc/sys/kernel/random/boot_id") != boot

    promise.move_to(metal, "physical")
    promise.is_whole_on(metal)
    assert promise.content() == before
