"""The console before real machines: one is switched on, appears, is told its controller, and becomes an appliance."""

import socket
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import expect, sync_playwright
from rich.console import Console

from lab.demo.openqrm import serving
from lab.demo.rack_scene import RackScene
from lab.demo.simulated_scene import SimulatedScene
from lab.demo.story import Story
from lab.demo.view import View
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.rack import Rack
from lab.storages import ganesha
from tests.console.visit import BROWSER, visiting
from tests.journeys.site import Site

pytestmark = pytest.mark.lab
BOOT_MS = 240_000


def test_from_discovery_to_a_running_appliance_by_clicks(in_cell: None, supplies: Path, tmp_path: Path) -> None:
    with ExitStack() as parts, (tmp_path / "told").open("w") as told:
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
        Story(scene, running.api, View(Console(file=told)), running.cpu_s).set_up()
        site = Site(tmp_path, listening, running, cast(SimulatedScene, scene), parts)
        browser = parts.enter_context(sync_playwright()).chromium.launch(
            executable_path="/usr/bin/chromium", args=BROWSER
        )
        visit = parts.enter_context(visiting(browser, site))
        page, machine = visit.page, rack.machines[0]
        visit.sign_in()

        visit.open("/resource")
        machine.on()
        row = page.get_by_role("row", name=machine.hardware.mac)
        expect(row).to_contain_text("idle", timeout=BOOT_MS)

        name = f"m-{machine.hardware.mac.replace(':', '')}"
        visit.open(f"/do/resource/edit?name={name}")
        for field, value in scene.label_of(machine.hardware.mac).items():
            page.locator(f"#field-{field}").fill(str(value))
            page.keyboard.press("Escape")
        visit.button("Carry out").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)

        visit.open("/appliance/web")
        visit.button("Start").click()
        visit.button("Carry out").click()
        expect(page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=BOOT_MS)
        visit.open("/appliance")
        expect(page.get_by_role("row", name="web")).to_contain_text("running")
        address = running.api.ask("resource", "show", name=name)["resource"]["address"]
        assert "web" in scene.fetch(address)
