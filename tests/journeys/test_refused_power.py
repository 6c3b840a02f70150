"""A BMC that refuses: the start ends with what it said, and nothing is claimed or granted."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
from rich.console import Console

from lab.demo.openqrm import serving
from lab.demo.rack_scene import RackScene
from lab.demo.story import Story
from lab.demo.view import View
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.rack import Rack
from lab.storages import ganesha
from tests.journeys.demonstration import eventually
from tests.journeys.site import render

pytestmark = pytest.mark.real


def test_a_bmc_that_refuses(in_cell: None, supplies: Path, tmp_path: Path) -> None:
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(tmp_path / "rack", machines=1))
        (tmp_path / "volumes").mkdir()
        exports = parts.enter_context(ganesha(tmp_path / "nfs", SERVER_ADDRESS))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(tmp_path, [listening], f"{SERVER_ADDRESS}:8080"))
        scene = RackScene(
            plugins={"dhcpd": {"directory": str(tmp_path / "dhcp")}, "ipmi": {}, "nfs-storage": {}},
            machines=rack.machines,
            kernel=ensure_kernel(supplies).folder,
            image=ensure_image(supplies),
            volumes=tmp_path / "volumes",
            exports=exports,
            key=tmp_path / "id_ed25519",
        )
        told = parts.enter_context((tmp_path / "told").open("w"))
        story = Story(scene, running.api, View(Console(file=told)), running.cpu_s)
        story.set_up()
        story.discover()

        rack.set_bmc_fault(rack.machines[0], "refuses")
        plan = running.api.begin("appliance", "start", name="web")
        eventually(lambda: running.api.ask("plan", "show", id=plan["id"])["state"] != "running", lambda: plan)
        plan = running.api.ask("plan", "show", id=plan["id"])
        assert plan["state"] == "undone", render(plan)
        assert "refus" in plan["note"], render(plan)
        assert any(each["hint"] for each in plan["steps"]), render(plan)
        (resource,) = running.api.ask("resource", "list", condition="idle")
        assert not resource["claimed_by"]
        assert not any(volume["granted_to"] for volume in running.api.ask("volume", "list"))
        assert not list(exports.glob("*.conf"))
