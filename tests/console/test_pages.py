"""Every page opens, can be read by a screen reader, and keeps the content security policy."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.visit import Visit

PAGES = [
    "/",
    "/topology",
    "/set-up",
    "/new-appliance",
    "/account",
    "/appliance",
    "/appliance/web",
    "/resource",
    "/resource/openqrm",
    "/image/web",
    "/plan",
    "/plan/1",
    "/event",
    "/plugin",
    "/plugin/nfs-storage",
    "/do/appliance/start?name=web",
    "/do/network/create",
]


ENDS_WHERE = """([one, other]) => {
    const [here, there] = [one, other].map(each => each.getBoundingClientRect())
    return Math.abs(here.right - there.right) < there.width
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_accessible_in_light_and_dark(visit: Visit, path: str) -> None:
    visit.open(path)
    expect(visit.page.locator("[data-category]")).to_have_count(0)
    assert visit.impaired() == []
    visit.page.emulate_media(color_scheme="dark")
    expect(visit.page.locator("html")).to_have_class(re.compile("pf-v6-theme-dark"))
    assert visit.impaired() == []


def test_every_noun_has_its_list(visit: Visit) -> None:
    nouns = {each["noun"] for each in visit.get("intents") if each["verb"] == "list"}
    assert {"appliance", "resource", "image", "plan"} <= nouns
    for noun in sorted(nouns):
        visit.open(f"/{noun}")
        expect(visit.page.locator("[data-category]")).to_have_count(0)


def test_an_address_that_does_not_exist_says_so(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.serving.url}/resource/no-such-machine")
    expect(visit.page.locator("[data-category=not_found]")).to_contain_text("There is no such thing")


def test_nothing_is_loaded_twice(visit: Visit) -> None:
    visit.open("/resource")
    asked = visit.page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    assert sorted(asked) == sorted(set(asked))
    assert [each.rpartition("/")[2] for each in asked if each.endswith(("/session", "/intents"))] == [
        "session",
        "intents",
    ]


def test_lists_are_filtered_sorted_and_linked(visit: Visit) -> None:
    visit.open("/resource")
    rows = visit.page.locator(".q-table tbody tr")
    count = len(visit.site.api.ask("resource", "list"))
    expect(rows).to_have_count(count)
    visit.page.get_by_role("main").get_by_label("Filter").fill("runs openqrm")
    expect(rows).to_have_count(1)
    expect(visit.page).to_have_url(re.compile("q=runs"))
    visit.page.get_by_role("main").get_by_label("Filter").fill("")
    visit.page.get_by_role("button", name="Name").click()
    expect(visit.page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    visit.page.get_by_role("link", name="openqrm", exact=True).last.click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Resource openqrm")


def test_what_can_be_done_stands_in_each_row_and_cancel_leads_back_to_it(visit: Visit) -> None:
    visit.open("/resource")
    more = visit.button("Actions on openqrm")
    for close in ("Escape", "Tab"):
        more.click()
        action = visit.page.get_by_role("menuitem", name="Edit")
        expect(action).to_be_visible()
        visit.page.wait_for_function(ENDS_WHERE, arg=[more.element_handle(), action.element_handle()])
        visit.page.keyboard.press(close)
        expect(action).to_have_count(0)
        expect(more).to_have_attribute("aria-expanded", "false")
    more.focus()
    visit.page.keyboard.press("Enter")
    visit.page.get_by_role("menuitem", name="Edit").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Edit")
    visit.button("Cancel").click()
    row = visit.page.get_by_role("link", name="openqrm", exact=True).last
    expect(row).to_be_focused()
    row.click()
    visit.button("Edit").click()
    visit.button("Cancel").click()
    expect(visit.button("Edit")).to_be_focused()
    visit.button("More").click()
    visit.page.get_by_role("menuitem", name="Remove").click()
    visit.button("Cancel").click()
    expect(visit.button("More")).to_be_focused()


def test_search_finds_by_any_field_for_who_does_not_wait_too(visit: Visit) -> None:
    found = visit.page.get_by_role("menuitem", name="openqrm")
    for key in ("ArrowDown", "Enter"):
        visit.open("/")
        visit.page.keyboard.press("/")
        expect(visit.page.get_by_label("Search everything")).to_be_focused()
        with visit.held("**/api/v1/site/search*"):
            visit.page.keyboard.type("runs openqrm")
            visit.page.keyboard.press(key)
        if key == "ArrowDown":
            expect(found).to_be_focused()
            found.press("Enter")
        expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Resource openqrm")


def test_machines_stand_in_their_racks(visit: Visit) -> None:
    name = next(row["name"] for row in visit.site.api.ask("resource", "list") if row["name"].startswith("m-"))
    visit.site.api.do("resource", "edit", name=name, place="r4/17")
    visit.open("/topology")
    expect(visit.page.get_by_title(name).locator(".q-box-name > :last-child")).to_have_text(name[-6:])  # is never cut
    visit.page.locator(".react-flow__node").first.focus()
    visit.page.keyboard.press("Enter")
    chosen = visit.page.locator(".q-chosen-card")
    expect(chosen.get_by_role("link").first).to_be_visible()
    assert visit.impaired() == []
    chosen.get_by_role("button").click()
    expect(chosen).to_have_count(0)
    visit.button("Racks").click()
    rack = visit.page.get_by_role("region", name="r4")
    expect(rack.get_by_role("link")).to_contain_text(f"17{name}")
    assert visit.impaired() == []
    visit.site.api.do("resource", "edit", name=name, place="r5")
    expect(visit.page.get_by_role("region", name="r5").get_by_role("link")).to_contain_text(name)
