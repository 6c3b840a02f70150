"""The way in and out."""

import re

import httpx2
from playwright.sync_api import Browser, expect

from tests.console.visit import Visit, visiting
from tests.journeys.site import Site


def test_a_wrong_password_is_refused_with_advice(browser: Browser, openqrm: Site) -> None:
    with visiting(browser, openqrm) as visit:
        visit.page.goto(openqrm.serving.url)
        visit.page.get_by_label("User").fill("admin")
        visit.page.get_by_label("Password").fill("not this one")
        visit.page.get_by_role("button", name="Sign in").click()
        problem = visit.page.locator("[data-category]")
        expect(problem).to_contain_text("This is not allowed")
        expect(problem.locator("p").nth(1)).not_to_be_empty()


def test_who_has_signed_in_stays_so_and_can_leave(browser: Browser, openqrm: Site) -> None:
    with visiting(browser, openqrm) as visit:
        visit.sign_in()
        visit.page.reload()
        expect(visit.page.get_by_role("heading", name="Dashboard")).to_be_visible()
        visit.page.get_by_role("button", name="admin").click()
        visit.page.get_by_role("menuitem", name="Sign out").click()
        expect(visit.page.get_by_label("Password")).to_be_visible()
        visit.page.goto(f"{openqrm.serving.url}/resource")
        expect(visit.page.get_by_label("Password")).to_be_visible()


def test_a_link_opens_the_door_once(browser: Browser, openqrm: Site) -> None:
    credentials = ("admin", (openqrm.folder / "password").read_text())
    link = httpx2.post(f"{openqrm.serving.url}/api/v1/session/link", json={}, auth=credentials).json()["path"]
    with visiting(browser, openqrm) as visit:
        visit.page.goto(f"{openqrm.serving.url}{link}")
        expect(visit.page.get_by_role("heading", name="Dashboard")).to_be_visible()
        assert "link" not in visit.page.url
    with visiting(browser, openqrm) as visit:
        visit.page.goto(f"{openqrm.serving.url}{link}")
        expect(visit.page.locator("[data-category]")).to_be_visible()


def test_the_console_speaks_german_and_dims_the_light(visit: Visit) -> None:
    visit.open("/")
    visit.page.get_by_role("button", name="admin").click()
    visit.page.get_by_role("menuitem", name="Deutsch").click()
    expect(visit.page.get_by_role("link", name="Ressourcen").first).to_be_visible()
    visit.page.get_by_role("button", name="admin").click()
    visit.page.get_by_role("menuitem", name="Dunkle Darstellung").click()
    expect(visit.page.locator("html")).to_have_class(re.compile("pf-v6-theme-dark"))
    visit.page.reload()
    expect(visit.page.locator("html")).to_have_class(re.compile("pf-v6-theme-dark"))
    expect(visit.page.locator("html")).to_have_attribute("lang", "de")


def test_who_may_only_look_is_offered_nothing_to_do(browser: Browser, openqrm: Site) -> None:
    openqrm.api.do("user", "create", name="onlooker", role="READ_ONLY")
    credentials = ("admin", (openqrm.folder / "password").read_text())
    url = openqrm.serving.url
    link = httpx2.post(f"{url}/api/v1/session/link", json={"user": "onlooker"}, auth=credentials).json()["path"]
    try:
        with visiting(browser, openqrm) as visit:
            visit.page.goto(f"{url}{link}")
            main = visit.page.get_by_role("main")
            expect(main.get_by_role("heading", name="Dashboard")).to_be_visible()
            expect(main.get_by_role("link", name="New appliance")).to_have_count(0)
            visit.open("/appliance")
            expect(main.get_by_role("link", name="web", exact=True).first).to_be_visible()
            expect(main.get_by_role("checkbox")).to_have_count(0)
            expect(main.get_by_role("button", name="Actions on web")).to_have_count(0)
            visit.open("/appliance/web")
            for action in ("Start", "Edit", "Remove"):
                expect(visit.button(action)).to_have_count(0)
    finally:
        openqrm.api.do("user", "remove", name="onlooker")
