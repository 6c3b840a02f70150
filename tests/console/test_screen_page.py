"""A real machine's screen in the browser: its picture, its keys, and its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.box import box, screen, set_plugin
from tests.console.visit import Visit
from tests.journeys.site import Site

CHORD = ("Control", "Alt", "Shift")
COLOURS = """canvas => {
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)
    return new Set(pixels).size
}"""


@pytest.fixture(scope="module", autouse=True)
def port(openqrm: Site) -> Iterator[int]:
    with screen() as port, box(openqrm, novnc={"resources": ["box"], "port": port}):
        yield port


@pytest.fixture
def picture(visit: Visit, port: int) -> Locator:
    """Opened from the machine's page."""
    listens_at(visit, port)
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open("/resource/box")
    visit.button("Screen").click()
    expect(visit.page.locator("[data-standing=open]")).to_be_visible()
    return visit.page.get_by_role("application", name="Screen of box")


def until_painted(page: Page, picture: Locator) -> None:
    """More than one colour: a picture, not a hole."""
    page.wait_for_function(f"canvas => ({COLOURS})(canvas) > 1", arg=picture.element_handle())


def test_the_picture_is_of_more_than_one_colour(visit: Visit, picture: Locator) -> None:
    until_painted(visit.page, picture)
    assert int(picture.get_attribute("width") or 0) >= 640
    assert visit.impaired() == []


def test_the_keyboard_leaves_it_with_all_three_keys(visit: Visit, picture: Locator) -> None:
    expect(picture).to_be_focused()
    visit.page.keyboard.press("Tab")
    expect(picture).to_be_focused()
    for key in CHORD:
        visit.page.keyboard.down(key)
    for key in CHORD:
        visit.page.keyboard.up(key)
    expect(visit.button("Full screen")).to_be_focused()


def test_keys_and_pasted_text_go_to_the_machine(visit: Visit, picture: Locator) -> None:
    until_painted(visit.page, picture)
    visit.page.evaluate("navigator.clipboard.writeText('Hello 1')")
    for name in ("Paste", "Ctrl+Alt+Delete"):
        visit.button(name).click()
        expect(picture).to_be_focused()
    expect(visit.page.locator("[data-standing=open]")).to_be_visible()


def test_one_that_ends_says_so(visit: Visit) -> None:
    with screen() as port:
        listens_at(visit, port)
        visit.open("/terminal/box?line=screen")
        expect(visit.page.locator("[data-standing=open]")).to_be_visible()
    expect(visit.page.get_by_role("status").filter(has_text="The terminal has ended")).to_be_visible()


def test_its_own_password_is_asked_for(visit: Visit) -> None:
    with screen("open-up") as port:
        listens_at(visit, port)
        visit.open("/terminal/box?line=screen")
        asked = visit.page.get_by_role("dialog")
        asked.get_by_label("Password").fill("open-up")
        asked.get_by_role("button", name="Connect").click()
        expect(visit.page.locator("[data-standing=open]")).to_be_visible()
        until_painted(visit.page, visit.page.get_by_role("application", name="Screen of box"))
        assert visit.impaired() == []


def test_a_screen_that_is_gone_says_what_to_do(visit: Visit) -> None:
    listens_at(visit, 1024)
    visit.open("/terminal/box?line=screen")
    said = visit.page.get_by_role("status").filter(has_text="The terminal was refused")
    expect(said).to_contain_text("nothing answers at port 1024 of box")
    expect(visit.button("Connect again")).to_be_visible()


def listens_at(visit: Visit, port: int) -> None:
    set_plugin(visit.site, "novnc", port=port)
