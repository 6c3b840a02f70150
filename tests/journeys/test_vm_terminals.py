"""The screen, the serial line and the shell behind the buttons of a VM's and its host's page, on a real host."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from lab import lan
from lab.demo.move import introduce
from lab.demo.openqrm import serving
from lab.demo.simulated_scene import SimulatedScene
from lab.libvirt_hosts import LibvirtHosts
from tests.console.visit import BROWSER, Visit, visiting
from tests.journeys.site import Site

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]
# Shows what comes by the serial line and the keyboard, and says the former again: 16 bits, woken by the clock.
PARROT = bytes.fromhex(
    "31c0 8ed8 8ed0 bc007c fb f4 b401 cd16 740b b400 cd16 b40e bb0700 cd10"
    "bafd03 ec a801 74e5 baf803 ec ee b40e bb0700 cd10 ebea"
)
SIGNED, SECTOR, DISK = b"\x55\xaa", 512, 1024 * 1024
LIT = """canvas => {
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)
    return pixels.filter(pixel => pixel !== pixels[pixels.length - 1]).length
}"""
A_WORD = 80  # pixels that it lights, at least; the cursor that blinks lights fewer


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    """VM parrot is there, and off."""
    with ExitStack() as parts:
        (host,) = parts.enter_context(LibvirtHosts(tmp_path / "hosts", 1))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080"))
        api, disk = running.api, tmp_path / "parrot.raw"
        disk.write_bytes((PARROT.ljust(SECTOR - len(SIGNED), b"\0") + SIGNED).ljust(DISK, b"\0"))
        api.do("plugin", "set", name="kvm", settings={"accelerator": "qemu"})
        for plugin in ("kvm", "directory-storage", "sshterm"):
            api.do("plugin", "enable", name=plugin)
        introduce(api, [host])
        disks = {"directory": str(tmp_path / "disks")}
        api.do("storage", "create", name="disks", type="directory-qcow2", resource=host.name, settings=disks)
        api.do("volume", "create", name="parrot", storage="disks", size_mib=8)
        api.do("image", "create", name="parrot", volume="parrot")
        api.do("image", "fill", name="parrot", source=str(disk))
        api.do("vm", "create", name="parrot", host=host.name, disk="parrot", boot="disk", memory_mib=64)
        browser = parts.enter_context(sync_playwright()).chromium.launch(
            executable_path="/usr/bin/chromium", args=BROWSER
        )
        site = Site(tmp_path, listening, running, cast(SimulatedScene, None), parts)
        begun = parts.enter_context(visiting(browser, site))
        begun.sign_in()
        begun.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield begun


def test_a_vm_is_seen_and_spoken_with_by_clicks(visit: Visit) -> None:
    page, api = visit.page, visit.site.api
    visit.open("/vm/parrot")
    visit.button("Screen").click()
    refused = page.locator("[data-category=conflict]")
    expect(refused).to_contain_text("VM parrot is off")
    api.do("resource", "power-on", name="parrot")
    refused.get_by_role("button").click()
    expect(page.locator("[data-standing=open]")).to_be_visible()
    _look_at_its_screen(visit, page.get_by_role("application", name="Screen of parrot"))

    visit.open("/vm/parrot")
    visit.button("Serial line").click()
    rows = page.locator(".xterm-rows")
    expect(page.locator("[data-standing=open]")).to_be_visible()
    page.keyboard.type("polly")
    expect(rows).to_contain_text("polly")
    api.do("resource", "power-off", name="parrot")
    expect(page.get_by_role("status").filter(has_text="The terminal has ended")).to_be_visible()
    visit.button("Connect again").click()
    expect(refused).to_contain_text("Power it on first")

    visit.open(f"/host/{api.ask('host', 'list')[0]['name']}")
    visit.button("Shell").click()
    expect(page.locator("[data-standing=open]")).to_be_visible()
    page.keyboard.type("echo now $((6 * 7))")
    page.keyboard.press("Enter")
    expect(rows).to_contain_text("now 42")


def _look_at_its_screen(visit: Visit, picture: Locator) -> None:
    """What is typed and pasted is drawn; with the three keys it begins anew; it fits into any window."""
    page = visit.page
    began = _until_lit(page, picture, f"> {A_WORD}")
    page.keyboard.type("polly")
    typed = _until_lit(page, picture, f"> {began + A_WORD}")
    page.evaluate("navigator.clipboard.writeText('CRACKER')")
    visit.button("Paste").click()
    _until_lit(page, picture, f"> {typed + A_WORD}")
    visit.button("Ctrl+Alt+Delete").click()
    _until_lit(page, picture, f"< {typed}")
    page.set_viewport_size({"width": 700, "height": 600})
    page.wait_for_function("canvas => canvas.getBoundingClientRect().right <= 700", arg=picture.element_handle())
    visit.button("Full screen").click()
    page.wait_for_function("document.fullscreenElement?.classList.contains('q-terminal')")
    expect(picture).to_be_focused()
    page.evaluate("document.exitFullscreen()")
    page.set_viewport_size({"width": 1440, "height": 900})


def _until_lit(page: Page, picture: Locator, so_much: str) -> int:
    """How many pixels are lit by then."""
    shown = picture.element_handle()
    page.wait_for_function(f"canvas => ({LIT})(canvas) {so_much}", arg=shown)
    return int(page.evaluate(LIT, shown))
