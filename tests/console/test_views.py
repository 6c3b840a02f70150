"""Views of a list: kept by name, and come back to."""

from playwright.sync_api import expect

from tests.console.visit import Visit


def test_a_view_is_kept_and_shown_again(visit: Visit) -> None:
    page = visit.page
    visit.open("/resource")
    page.get_by_role("main").get_by_label("Filter").fill("runs openqrm")
    expect(page.locator(".q-table tbody tr")).to_have_count(1)  # the page has come to rest before a menu is opened
    page.get_by_role("button", name="Name", exact=True).click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    visit.button("Columns").click()
    page.get_by_role("menuitem", name="Comment").click()
    page.keyboard.press("Escape")
    visit.button("Views").click()
    assert visit.impaired() == []
    page.get_by_label("Name of this view").fill("ourselves")
    page.keyboard.press("Enter")
    visit.open("/resource")
    expect(page.get_by_role("columnheader", name="Comment")).to_be_visible()
    visit.button("Views").click()
    page.get_by_role("menuitem", name="ourselves", exact=True).click()
    expect(page.locator(".q-table tbody tr")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="Comment")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    assert "q=runs" in page.url
