"""The console before real machines: from the set-up of an empty installation by the wizard to a running appliance."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import expect, sync_playwright

from lab.demo.openqrm import serving
from lab.demo.rack_scene import RackScene
from lab.demo.simulated_scene import SimulatedScene
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.machine import Machine
from lab.rack import Rack
from lab.storages import ganesha
from tests.console.visit import BROWSER, Visit, visiting
from tests.journeys.demonstration import eventually
from tests.journeys.site import Site

pytestmark = pytest.mark.lab
BOOT_MS = 240_000


def test_from_an_empty_installation_to_a_running_appliance_by_clicks(
    in_cell: None, supplies: Path, tmp_path: Path
) -> None:
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(tmp_path / "rack", machines=1))
        (tmp_path / "volumes").mkdir()
        exports = parts.enter_context(ganesha(tmp_path / "nfs", SERVER_ADDRESS))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(tmp_path, [listening], f"{SERVER_ADDRESS}:8080"))
        scene = RackScene(
            plugins={},
            machines=rack.machines,
            kernel=ensure_kernel(supplies).folder,
            image=ensure_image(supplies),
            volumes=tmp_path / "volumes",
            exports=exports,
            key=tmp_path / "id_ed25519",
        )
        running.api.do("plugin", "set", name="dhcpd", settings={"directory": str(tmp_path / "dhcp")})
        site = Site(tmp_path, listening, running, cast(SimulatedScene, scene), parts)
        browser = parts.enter_context(sync_playwright()).chromium.launch(
            executable_path="/usr/bin/chromium", args=BROWSER
        )
        visit = parts.enter_context(visiting(browser, site))
        visit.sign_in()
        _set_up(visit, scene)
        machine = rack.machines[0]
        name = _discover(visit, scene, machine)
        _walk_the_wizard(visit, scene)
        address = running.api.ask("resource", "show", name=name)["resource"]["address"]
        eventually(lambda: "web" in scene.fetch(address), lambda: f"nothing answers at {address} yet")


def _set_up(visit: Visit, scene: RackScene) -> None:
    """As the page of that name proposes it; what lies on this storage is the template that somebody has prepared."""
    api = visit.site.api
    _mend(visit, "The network of the machines", lambda: api.ask("network", "list"))
    _mend(visit, "Who gives addresses", lambda: "dhcpd" in _started(visit))
    _mend(visit, "A kernel to boot", lambda: api.ask("kernel", "list"), source=str(scene.kernel))
    for plugin in ("nfs-storage", "ipmi"):
        _enable(visit, plugin)
    api.do("storage", "create", name="shelf", type="nfs-storage", **scene.storage())
    api.do("volume", "create", name="golden", storage="shelf")
    api.do("image", "create", name="golden", volume="golden")
    api.do("image", "fill", name="golden", **scene.content())


def _mend(visit: Visit, part: str, is_mended: Callable[[], object], **fields: str) -> None:
    """What the set-up proposes for it, with these fields said otherwise."""
    visit.open("/set-up")
    card = visit.page.locator(".q-setup > li").filter(has=visit.page.get_by_role("heading", name=part))
    card.get_by_role("link", name="Mend it").first.click()
    for field, value in fields.items():
        visit.page.locator(f"#field-{field}").fill(value)
        visit.page.keyboard.press("Escape")
    visit.button("Carry out").click()
    eventually(is_mended, lambda: f"{part} is mended")


def _enable(visit: Visit, plugin: str) -> None:
    visit.open(f"/plugin/{plugin}")
    visit.page.get_by_role("main").get_by_role("link", name="Enable").first.click()
    visit.button("Carry out").click()
    eventually(lambda: plugin in _started(visit), lambda: f"plugin {plugin} starts")


def _started(visit: Visit) -> list[str]:
    return [row["name"] for row in visit.site.api.ask("plugin", "list") if row["standing"] == "started"]


def _discover(visit: Visit, scene: RackScene, machine: Machine) -> str:
    """It is switched on, and appears; its controller is told by its form."""
    visit.open("/resource")
    machine.on()
    expect(visit.page.get_by_role("row", name=machine.hardware.mac)).to_contain_text("idle", timeout=BOOT_MS)
    name = f"m-{machine.hardware.mac.replace(':', '')}"
    visit.open(f"/do/resource/edit?name={name}")
    for field, value in scene.label_of(machine.hardware.mac).items():
        visit.page.locator(f"#field-{field}").fill(str(value))
        visit.page.keyboard.press("Escape")
    visit.button("Carry out").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(name)
    return name


def _walk_the_wizard(visit: Visit, scene: RackScene) -> None:
    """A clone of the template, on any machine that fits."""
    page = visit.page
    visit.open("/")
    page.get_by_role("main").get_by_role("link", name="New appliance").click()
    page.get_by_label("Name").fill("web")
    visit.button("Next").click()
    page.get_by_label("A clone of a volume").check()
    page.locator("#field-source").fill("golden")
    page.get_by_role("option", name="golden").click()
    page.locator("#field-authorized_keys").fill(scene.public_key())
    visit.button("Next").click()
    expect(page.get_by_text("1 idle machine fits now")).to_be_visible()
    visit.button("Next").click()
    expect(page.locator(".q-wishes > li")).to_have_count(4)
    visit.button("Carry out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Start appliance web on")
    expect(page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=BOOT_MS)
    visit.open("/appliance")
    expect(page.get_by_role("row", name="web")).to_contain_text("running")
