"""A plan as it runs, as it gets stuck, and the four ways out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from lab.demo.simulated_scene import resource_of
from lab.simulated_site import Faults
from tests.console.visit import Visit, visiting
from tests.journeys.site import Site, site


@pytest.fixture
def own(built: Path, browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """A site of its own: things go wrong there."""
    with site(tmp_path) as running, visiting(browser, running) as begun:
        begun.sign_in()
        yield begun


def heading(visit: Visit, text: str) -> None:
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(text)


def test_an_appliance_is_started_and_stopped_by_clicks(own: Visit) -> None:
    own.open("/appliance/web")
    own.button("Start").click()
    expect(own.page.locator(".q-preview")).to_contain_text("Start appliance web on")
    own.button("Carry out").click()
    heading(own, "Start appliance web on")
    expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=120_000)
    expect(own.page.locator(".q-graph .q-node")).to_have_count(len(own.page.locator(".q-steps > li").all()))
    own.open("/appliance")
    row = own.page.get_by_role("row", name="web")
    expect(row).to_contain_text("running")
    own.open("/appliance/web")
    own.button("Stop").click()
    own.button("Carry out").click()
    heading(own, "Stop appliance web")
    expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=120_000)


def test_what_is_done_is_taken_back(own: Visit) -> None:
    plan = own.site.api.do("volume", "create", name="spare", storage="shelf")
    own.open(f"/plan/{plan['id']}")
    own.button("Take back").click()
    dialog = own.page.get_by_role("dialog")
    expect(dialog.locator("li").first).to_be_visible()
    dialog.get_by_role("button", name="Take back").click()
    expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text("undone")
    assert "spare" not in [row["name"] for row in own.site.api.ask("volume", "list")]


def test_a_start_is_taken_back_by_a_stop_that_is_shown_before(own: Visit) -> None:
    plan = own.site.api.do("appliance", "start", name="web")
    own.open(f"/plan/{plan['id']}")
    own.button("Take back").click()
    dialog = own.page.get_by_role("dialog")
    expect(dialog.locator(".q-preview-title")).to_have_text("Stop appliance web")
    dialog.get_by_role("button", name="Take back").click()
    heading(own, "Stop appliance web")
    expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=120_000)


def stuck(running: Site) -> dict[str, Any]:
    """A stop whose machine does not come back: nobody may guess about its volume."""
    running.api.do("appliance", "start", name="web")
    running.scene.shelf.unreachable = True
    plan = running.api.begin("appliance", "stop", name="web")
    return running.until(plan, lambda now: now["state"] == "stuck", "it is stuck")


def test_a_stuck_plan_shows_four_ways_out_and_goes_on(own: Visit) -> None:
    plan = stuck(own.site)
    own.open(f"/plan/{plan['id']}")
    exits = own.page.get_by_role("region", name="This plan is stuck")
    for way in ("Try again", "Skip the step", "Take back", "Abandon"):
        expect(exits.get_by_role("button", name=way)).to_be_visible()
    expect(exits).to_contain_text("nfs-server")
    expect(exits.get_by_role("button", name="Abandon")).to_be_disabled()
    assert own.impaired() == []
    own.site.scene.shelf.unreachable = False
    exits.get_by_role("button", name="Try again").click()
    expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=120_000)


def test_a_stuck_plan_is_skipped_over_taken_back_or_abandoned(own: Visit) -> None:
    api, shelf = own.site.api, own.site.scene.shelf
    for way, title, end in (
        ("skip", "Skip the step", "done"), ("undo", "Take back", "undone"), ("abandon", "Abandon", "abandoned"),
    ):  # fmt: skip
        api.do("volume", "create", name=way, storage="shelf")
        shelf.unreachable = True
        plan = api.begin("volume", "remove", confirm=way, name=way)
        own.site.until(plan, lambda now: now["state"] == "stuck", "it is stuck")
        if way == "abandon":
            own.open("/")
            told = own.page.get_by_role("main").get_by_role("listitem").filter(has_text="Remove volume abandon")
            expect(told).to_contain_text("Input/output error")
            told.get_by_role("link").click()
        else:
            own.open(f"/plan/{plan['id']}")
        chosen = own.page.locator(f".q-exit-{way}")
        if way != "undo":
            chosen.get_by_placeholder("Why").fill("the storage is scrap")
        shelf.unreachable = False
        chosen.get_by_role("button", name=title).click()
        expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text(end)
        if way == "abandon":
            expect(own.page.locator(".q-facts")).to_contain_text("abandoned by an operator")
        assert (way in [row["name"] for row in api.ask("volume", "list")]) == (way != "skip")


def test_a_start_that_fails_says_why_and_is_asked_for_again_from_its_event(own: Visit) -> None:
    own.site.machine.faults = Faults(fails_at="root-mounted")
    own.open("/do/appliance/start?name=web")
    own.button("Carry out").click()
    expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text("undone", timeout=120_000)
    expect(own.page.locator(".q-step-hint").first).to_be_visible()
    own.site.machine.faults = Faults()
    number = own.page.url.rpartition("/")[2]
    own.page.get_by_role("link", name="Events", exact=True).click()
    own.page.locator(".q-event-error, .q-event-warning").get_by_role("link", name=f"Plan {number}").first.click()
    own.button("Ask for it again").click()
    expect(own.page.locator(".q-preview")).to_contain_text("Start appliance web on")
    own.button("Carry out").click()
    expect(own.page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=120_000)


def test_lists_change_by_themselves_also_before_the_stream_has_begun(own: Visit) -> None:
    with own.held("**/api/v1/stream*"):
        own.open("/network")
        own.site.api.do("network", "create", name="late", cidr="10.8.0.0/24", dhcp="off")
    expect(own.page.get_by_role("link", name="late")).to_be_visible()
    own.site.api.do("network", "remove", name="late")
    expect(own.page.get_by_role("link", name="late")).to_have_count(0)


def test_what_machines_report_is_shown_as_it_comes_where_it_is_shown(own: Visit) -> None:
    with own.page.expect_request("**/stream?load=host*"):
        own.open("/host")
    with own.page.expect_request(lambda asked: asked.url.endswith("/stream") or "/stream?after=" in asked.url):
        own.page.get_by_role("link", name="Networks").click()
    own.open(f"/resource/{resource_of(own.site.machine)}")
    load = own.page.locator(".pf-v6-c-card", has=own.page.get_by_role("heading", name="Load"))
    expect(load.get_by_role("progressbar").first).to_be_visible()
    for _ in range(2):
        heard = load.locator("time").get_attribute("datetime") or ""
        expect(load.locator("time")).not_to_have_attribute("datetime", heard)
