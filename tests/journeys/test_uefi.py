"""The whole story on a UEFI machine: power-on, idle, appliance, idle. Then it loses its power while it boots."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lab.demo.openqrm import Serving, serving
from lab.demo.rack_scene import RackScene
from lab.demo.story import Story
from lab.demo.view import View
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.machine import Machine
from lab.rack import Rack
from lab.storages import ganesha
from tests.journeys.demonstration import eventually
from tests.journeys.site import render

pytestmark = pytest.mark.real


@contextmanager
def told(folder: Path, supplies: Path) -> Iterator[tuple[Story, Serving, Machine]]:
    """The story's surroundings, with one machine that boots by OVMF."""
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(folder / "rack", machines=1, firmware="uefi"))
        (folder / "volumes").mkdir()
        exports = parts.enter_context(ganesha(folder / "nfs", SERVER_ADDRESS))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(folder, [listening], f"{SERVER_ADDRESS}:8080"))
        scene = RackScene(
            plugins={"dhcpd": {"directory": str(folder / "dhcp")}, "ipmi": {"efi_boot": "true"}, "nfs-storage": {}},
            machines=rack.machines,
            kernel=ensure_kernel(supplies).folder,
            image=ensure_image(supplies),
            volumes=folder / "volumes",
            exports=exports,
            key=folder / "id_ed25519",
        )
        said = parts.enter_context((folder / "told").open("w"))
        yield Story(scene, running.api, View(Console(file=said)), running.cpu_s), running, rack.machines[0]


def test_a_uefi_machine_becomes_an_appliance_and_is_given_back(in_cell: None, supplies: Path, tmp_path: Path) -> None:
    with told(tmp_path, supplies) as (story, running, machine):
        story.tell()
        assert "SeaBIOS" not in machine.console() and "EFI" in machine.console()
        (resource,) = running.api.ask("resource", "list", condition="idle")
        name = resource["name"]
        assert not resource["claimed_by"]

        machine.off()
        eventually(lambda: _shown(running, name)["condition"] == "off", lambda: _shown(running, name))
        plan = running.api.begin("appliance", "start", name="web", resource=name)
        eventually(lambda: _shown(running, name)["seen"]["profile"] == "web", lambda: _shown(running, name))
        machine.off()
        eventually(lambda: _plan(running, plan)["state"] != "running", lambda: render(_plan(running, plan)))
        plan = _plan(running, plan)
        assert plan["state"] == "undone" and "went off after" in plan["note"], render(plan)
        assert not running.api.ask("resource", "show", name=name)["resource"]["claimed_by"]


def _shown(running: Serving, name: str) -> dict[str, Any]:
    return dict(running.api.ask("resource", "show", name=name))


def _plan(running: Serving, plan: dict[str, Any]) -> dict[str, Any]:
    return dict(running.api.ask("plan", "show", id=plan["id"]))
