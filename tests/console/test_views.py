"""Views of a list: kept by name, and come back to."""

import re

from playwright.sync_api import expect

from tests.console.visit import Visit


def test_a_view_is_kept_and_shown_again(visit: Visit) -> None:
    page = visit.page
    visit.open("/resource")
    page.get_by_role("main").get_by_label("Filter").fill("runs openqrm")
    expect(page.locator(".q-table tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Name", exact=True).click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    choose(visit, "Milestone")
    visit.button("Views").click()
    assert visit.impaired() == []
    page.get_by_label("Name of this view").fill("ourselves")
    page.keyboard.press("Enter")
    visit.button("Views").click()
    expect(page.get_by_role("menuitem", name="ourselves", exact=True)).to_be_visible()  # openQRM has it
    visit.open("/resource")
    expect(page.get_by_role("columnheader", name="Milestone")).to_be_visible()
    visit.button("Views").click()
    page.get_by_role("menuitem", name="ourselves", exact=True).click()
    expect(page.locator(".q-table tbody tr")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="Milestone")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile("q=runs"))
    visit.button("Views").click()
    page.get_by_role("menuitem", name="Forget “ourselves”").click()
    expect(page.get_by_role("menuitem", name="None kept yet")).to_be_visible()


def test_columns_that_have_no_room_can_be_asked_for(visit: Visit) -> None:
    page = visit.page
    visit.site.api.do("resource", "edit", name="openqrm", place="A/1")  # a tenth column
    visit.open("/resource")
    expect(page.get_by_role("columnheader", name="Milestone")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Comment")).to_have_count(0)
    choose(visit, "Comment")
    expect(page.get_by_role("columnheader", name="Comment")).to_be_visible()


def choose(visit: Visit, column: str) -> None:
    """Shown, or shown no more."""
    visit.button("Columns").click()
    visit.page.get_by_role("menuitem", name=column).click()
    visit.page.keyboard.press("Escape")
