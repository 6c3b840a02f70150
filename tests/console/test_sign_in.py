"""The way in and out."""

import re
import time

import httpx2
import pyotp
from playwright.sync_api import Browser, expect

from tests.console.visit import Visit, visiting
from tests.journeys.site import Site

STEP_S = 30  # after which there is another code
ELSEWHERE = """who => fetch('/api/v1/session', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(who)})"""  # in another tab


def test_a_wrong_password_is_refused_with_advice(browser: Browser, openqrm: Site) -> None:
    with visiting(browser, openqrm) as visit:
        enter(visit, "admin", "not this one")
        problem = visit.page.locator("[data-category]")
        expect(problem).to_contain_text("This is not allowed")
        expect(problem.locator("p").nth(1)).not_to_be_empty()


def test_who_has_signed_in_stays_so_and_can_leave(browser: Browser, openqrm: Site) -> None:
    with visiting(browser, openqrm) as visit:
        visit.sign_in()
        visit.page.reload()
        expect(visit.page.get_by_role("heading", name="Dashboard")).to_be_visible()
        visit.page.evaluate(ELSEWHERE, {"user": "admin", "password": visit.password})
        visit.page.get_by_role("button", name="admin").click()
        visit.page.get_by_role("menuitem", name="Sign out").click()
        expect(visit.page.get_by_label("Password")).to_be_visible()
        visit.page.goto(f"{openqrm.serving.url}/resource")
        expect(visit.page.get_by_label("Password")).to_be_visible()


def test_who_comes_back_after_the_session_has_ended_signs_in_once(browser: Browser, openqrm: Site) -> None:
    with visiting(browser, openqrm) as visit:
        visit.page.context.add_cookies([{"name": "openqrm", "value": "has ended", "url": openqrm.serving.url}])
        visit.sign_in()
        expect(visit.page.get_by_role("link", name="Resources").first).to_be_visible()


def enter(visit: Visit, user: str, password: str) -> None:
    """As far as the password leads."""
    visit.page.goto(visit.site.serving.url)
    visit.page.get_by_label("User").fill(user)
    visit.page.get_by_label("Password").fill(password)
    visit.button("Sign in").click()


def test_a_second_factor_is_enrolled_and_each_code_is_good_once(browser: Browser, openqrm: Site) -> None:
    password = "long enough for otto"
    openqrm.api.do("user", "create", name="otto", password=password)
    try:
        with visiting(browser, openqrm) as visit:
            enter(visit, "otto", password)
            used_s, totp = enrol(visit, password)
            visit.button("otto").click()
            visit.page.get_by_role("menuitem", name="Sign out").click()
            enter(visit, "otto", password)
            code = visit.page.get_by_label("Code of the second factor")
            code.fill(totp.at(used_s))
            visit.button("Sign in").click()
            expect(visit.page.locator("[data-category=refused]")).to_contain_text("the code is wrong")
            code.fill("")  # it stays, whatever is in it
            code.fill(totp.at(max(used_s + STEP_S, int(time.time()))))
            visit.button("Sign in").click()
            expect(visit.page.get_by_role("heading", name="Dashboard")).to_be_visible()
    finally:
        openqrm.api.do("user", "remove", name="otto")


def enrol(visit: Visit, password: str) -> tuple[int, pyotp.TOTP]:
    """What the telephone has from now on, and the time of the code that has shown it."""
    page = visit.page
    page.get_by_role("heading", name="Dashboard").wait_for()
    visit.open("/account")
    field = page.locator("#factor")
    field.fill(password)
    visit.button("Begin").click()
    totp = pyotp.TOTP(page.locator(".q-scan input").input_value())
    assert visit.impaired() == []
    for code in ("wrong", totp.at(now_s := int(time.time()))):
        field.fill(code)
        visit.button("Switch on").click()
        if code == "wrong":
            expect(page.locator("[data-category=refused]")).to_contain_text("the code is wrong")
    expect(page.locator(".q-codes")).to_have_text(re.compile(r"^(\S+\s*){10}$"))
    visit.button("I have kept it").click()
    expect(page.get_by_text("10 recovery codes are left")).to_be_visible()
    return now_s, totp


def test_a_link_opens_the_door_once(browser: Browser, openqrm: Site) -> None:
    credentials = ("admin", (openqrm.folder / "password").read_text())
    link = httpx2.post(f"{openqrm.serving.url}/api/v1/session/link", json={}, auth=credentials).json()["path"]
    with visiting(browser, openqrm) as visit:
        visit.page.goto(f"{openqrm.serving.url}{link}")
        expect(visit.page.get_by_role("heading", name="Dashboard")).to_be_visible()
        expect(visit.page).not_to_have_url(re.compile("link"))
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
