"""A shell in the browser: typed, shown, ended, and left by the keyboard, within the content security policy."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, WebSocketRoute, expect

from tests.console.box import box
from tests.console.visit import Visit, visiting
from tests.journeys.site import Site

CHORD = ("Control", "Alt", "Shift")
COPIED = "async () => await navigator.clipboard.readText() === 'you'"


@pytest.fixture(scope="module", autouse=True)
def machine(openqrm: Site) -> Iterator[None]:
    with box(openqrm, sshterm={}):
        yield


@pytest.fixture
def shell(visit: Visit) -> Locator:
    """Opened from the machine's page."""
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open("/resource/box")
    visit.button("Shell").click()
    rows = visit.page.locator(".xterm-rows")
    expect(rows).to_contain_text("shell")
    return rows


def enter(visit: Visit, line: str) -> None:
    expect(visit.page.locator(".xterm-helper-textarea")).to_be_focused()
    visit.page.keyboard.type(line)
    visit.page.keyboard.press("Enter")


def test_what_is_typed_is_answered(visit: Visit, shell: Locator) -> None:
    enter(visit, "uptime")
    expect(shell).to_contain_text("you said uptime")
    assert visit.impaired() == []


def test_all_colours_are_shown(visit: Visit, shell: Locator) -> None:
    enter(visit, "colours")
    expect(shell).to_contain_text("you said orange")
    expect(shell.get_by_text("orange", exact=True)).to_have_css("color", "rgb(250, 120, 10)")
    expect(shell).to_have_css("color", "rgb(223, 231, 229)")


def test_the_machine_learns_the_size_of_the_window(visit: Visit, shell: Locator) -> None:
    visit.page.set_viewport_size({"width": 1000, "height": 700})
    expect(shell).to_contain_text("now ")


def test_all_three_keys_let_go_leave_it(visit: Visit, shell: Locator) -> None:
    for key in ("Tab", "Escape"):
        visit.page.keyboard.press(key)
        expect(visit.page.locator(".xterm-helper-textarea")).to_be_focused()
    for key in CHORD:
        visit.page.keyboard.down(key)
    for key in CHORD:
        visit.page.keyboard.up(key)
    expect(visit.button("Full screen")).to_be_focused()


def test_a_combination_of_keys_with_all_three_stays(visit: Visit, shell: Locator) -> None:
    for key in CHORD:
        visit.page.keyboard.down(key)
    visit.page.keyboard.press("F5")
    for key in CHORD:
        visit.page.keyboard.up(key)
    expect(visit.page.locator(".xterm-helper-textarea")).to_be_focused()


def test_copied_is_what_is_selected_and_pasted_is_typed(visit: Visit, shell: Locator) -> None:
    enter(visit, "remember")
    expect(shell).to_contain_text("you said remember")
    shell.get_by_text("you said remember").dblclick(position={"x": 5, "y": 5}, force=True)
    visit.button("Copy").click()
    visit.page.wait_for_function(COPIED)
    visit.page.evaluate("navigator.clipboard.writeText('pasted')")
    visit.button("Paste").click()
    enter(visit, "")
    expect(shell).to_contain_text("you said pasted")
    shell.get_by_text("you said remember").dblclick(position={"x": 5, "y": 5}, force=True)
    visit.page.keyboard.press("Control+Shift+C")
    visit.page.wait_for_function(COPIED)


def test_its_end_is_told_and_it_is_connected_again(visit: Visit, shell: Locator) -> None:
    enter(visit, "exit")
    said = visit.page.get_by_role("status").filter(has_text="The terminal has ended")
    expect(said).to_be_visible()
    visit.button("Connect again").click()
    expect(said).to_have_count(0)
    expect(shell).to_contain_text("shell")
    enter(visit, "once more")
    expect(shell).to_contain_text("you said once more")


def test_a_lost_connection_is_told(visit: Visit) -> None:
    def cut(socket: WebSocketRoute) -> None:
        socket.on_message(lambda _ticket: socket.close(code=1011, reason="the power went"))

    visit.page.route_web_socket("**/terminal/attach", cut)
    visit.open("/terminal/box?line=ssh")
    said = visit.page.get_by_role("status").filter(has_text="The connection was lost")
    expect(said).to_contain_text("the power went")


def test_what_the_door_refuses_was_never_connected(visit: Visit) -> None:
    visit.page.route("**/terminal/open", lambda asked: asked.fulfill(json={"told": {"terminal": "a ticket"}}))
    visit.open("/terminal/box?line=serial")
    expect(visit.page.get_by_role("status").filter(has_text="The terminal was refused")).to_be_visible()
    expect(visit.page.locator(".xterm-rows")).not_to_contain_text("Connected")


def test_what_cannot_be_opened_says_what_to_do(visit: Visit) -> None:
    visit.open("/terminal/box?line=serial")
    expect(visit.page.locator("[data-category=unsupported]")).to_contain_text("no plugin has a terminal of kind serial")


def test_a_screen_reader_reads_the_lines(visit: Visit, shell: Locator) -> None:
    visit.page.get_by_text("Read aloud").click()
    visit.page.locator(".xterm-screen").click()
    enter(visit, "hello")
    expect(visit.page.locator(".xterm-accessibility-tree")).to_contain_text("you said hello")
    assert visit.impaired() == []
    visit.page.get_by_text("Read aloud").click()
    expect(visit.page.locator(".xterm-accessibility-tree")).to_have_count(0)


def test_it_fills_the_whole_screen(visit: Visit, shell: Locator) -> None:
    visit.button("Full screen").click()
    visit.page.wait_for_function("document.fullscreenElement?.classList.contains('q-terminal')")
    enter(visit, "wide")
    expect(shell).to_contain_text("you said wide")


def test_who_may_only_look_is_offered_none(browser: Browser, openqrm: Site) -> None:
    openqrm.api.do("user", "create", name="eve", role="READ_ONLY")
    credentials = ("admin", (openqrm.folder / "password").read_text())
    url = openqrm.serving.url
    link = httpx2.post(f"{url}/api/v1/session/link", json={"user": "eve"}, auth=credentials).json()["path"]
    try:
        with visiting(browser, openqrm) as visit:
            visit.page.goto(f"{url}{link}")
            visit.page.get_by_role("link", name="Resources").first.click()
            visit.page.get_by_role("link", name="box", exact=True).click()
            expect(visit.page.get_by_role("heading", name="What was done with it")).to_be_visible()
            expect(visit.button("Shell")).to_have_count(0)
            visit.open("/terminal/box")
            expect(visit.page.locator("[data-category=refused]")).to_contain_text("needs the role")
    finally:
        openqrm.api.do("user", "remove", name="eve")
