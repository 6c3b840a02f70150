"""Signing in with a browser: the cookie, the proof against other sites, links, the second factor."""

from collections.abc import Iterator

import pyotp
import pytest
from httpx2 import Auth, Response
from starlette.testclient import TestClient

from openqrm.domain.user import Role, User
from tests.unit.api.client import open_door
from tests.unit.services.site import PASSWORD, TestSite

SESSION = "/api/v1/session"
CREATE = "/api/v1/storage/create"
MEM = {"name": "mem", "type": "tmpfs-storage"}


@pytest.fixture
def browser(site: TestSite) -> Iterator[TestClient]:
    """Nobody has signed in."""
    with open_door(site) as opened:
        opened.auth = Auth()
        opened.headers["sec-fetch-mode"] = "cors"
        yield opened


def sign_in(browser: TestClient, **more: str) -> Response:
    answer = browser.post(SESSION, json={"user": "admin", "password": PASSWORD, **more})
    if answer.status_code == 200:
        browser.headers["x-csrf-token"] = answer.json()["csrf"]
    return answer


def test_a_session_begins_is_shown_and_ends(browser: TestClient) -> None:
    view = sign_in(browser).json()
    assert view == browser.get(SESSION).json()
    assert (view["user"], view["role"], view["second_factor"]) == ("admin", "ADMINISTRATOR", False)
    assert "storage.create" in view["may"] and "user.list" in view["may"]
    assert browser.post(CREATE, json=MEM).status_code == 200
    kept = browser.cookies["openqrm"]
    assert browser.delete(SESSION).status_code == 204
    assert "openqrm" not in browser.cookies
    browser.cookies["openqrm"] = kept
    assert browser.get(SESSION).json()["type"] == "urn:openqrm:signed-out"


def test_the_cookie_is_for_us_alone(browser: TestClient) -> None:
    told = sign_in(browser).headers["set-cookie"].lower()
    assert told.startswith("openqrm=") and "httponly" in told and "samesite=strict" in told and "path=/" in told
    assert "secure" not in told and "domain" not in told


def test_with_tls_the_cookie_never_leaves_it(site: TestSite) -> None:
    with open_door(site, "https://testserver") as browser:
        browser.auth = Auth()
        told = sign_in(browser).headers["set-cookie"]
        assert told.startswith("__Host-openqrm=") and "Secure" in told
        assert browser.get(SESSION).status_code == 200


@pytest.mark.parametrize("body", [{"user": "admin", "password": "wrong"}, {"user": "no", "password": PASSWORD}, {}])
def test_who_is_wrong_gets_no_cookie(browser: TestClient, body: dict[str, str]) -> None:
    answer = browser.post(SESSION, json=body)
    assert answer.status_code == 401 and "set-cookie" not in answer.headers
    assert answer.headers["www-authenticate"] == "Bearer"  # Basic would open the browser's own window


def test_a_program_without_credentials_is_still_asked_for_basic(browser: TestClient) -> None:
    del browser.headers["sec-fetch-mode"]
    assert browser.get("/api/v1/storage/list").headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"x-csrf-token": "0" * 64}, 403),
        ({"x-csrf-token": "GOOD"}, 200),
        ({"x-csrf-token": "GOOD", "sec-fetch-site": "same-origin"}, 200),
        ({"x-csrf-token": "GOOD", "sec-fetch-site": "cross-site"}, 403),
        ({"x-csrf-token": "GOOD", "sec-fetch-site": "same-site"}, 403),
        ({"x-csrf-token": "GOOD", "origin": "http://testserver"}, 200),
        ({"x-csrf-token": "GOOD", "origin": "http://elsewhere"}, 403),
        ({"x-csrf-token": "GOOD", "origin": "null"}, 403),
    ],
)
def test_a_change_has_to_come_from_our_own_page(browser: TestClient, headers: dict[str, str], status: int) -> None:
    good = sign_in(browser).json()["csrf"]
    del browser.headers["x-csrf-token"]
    answer = browser.post(CREATE, json=MEM, headers={k: v.replace("GOOD", good) for k, v in headers.items()})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "urn:openqrm:csrf"
        assert browser.get("/api/v1/storage/list").json() == []
        assert browser.delete(SESSION, headers={"x-csrf-token": ""}).status_code == 403  # nor does it sign anybody out


def test_the_proof_of_another_session_is_none(browser: TestClient) -> None:
    other = sign_in(browser).json()["csrf"]
    sign_in(browser)
    assert browser.post(CREATE, json=MEM, headers={"x-csrf-token": other}).status_code == 403


def test_who_has_credentials_of_his_own_needs_no_proof(browser: TestClient) -> None:
    sign_in(browser)
    del browser.headers["x-csrf-token"]
    assert browser.post(CREATE, json=MEM, auth=("admin", PASSWORD)).status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "http://elsewhere"}, {"sec-fetch-site": "cross-site"}])
def test_another_site_signs_nobody_in(browser: TestClient, headers: dict[str, str]) -> None:
    answer = browser.post(SESSION, json={"user": "admin", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_a_form_signs_nobody_in(browser: TestClient) -> None:
    body = '{"user": "admin", "password": "' + PASSWORD + '"}'
    answer = browser.post(SESSION, content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 400 and "set-cookie" not in answer.headers


def test_a_link_signs_in_once_and_only_by_post(browser: TestClient) -> None:
    link = browser.post(f"{SESSION}/link", auth=("admin", PASSWORD)).json()
    assert browser.get(link["path"]).status_code in (200, 404)
    assert browser.post(SESSION, json={"link": link["link"]}).json()["user"] == "admin"
    assert browser.post(SESSION, json={"link": link["link"]}).status_code == 401


def test_all_sessions_are_listed_and_ended_together(browser: TestClient, site: TestSite) -> None:
    with open_door(site) as other:
        other.auth = Auth()
        sign_in(other)
        sign_in(browser)
        rows = browser.get(f"{SESSION}/list").json()
        assert sorted(row["own"] for row in rows) == [False, True] and rows[0]["address"] == "testclient"
        assert browser.delete(f"{SESSION}/all").status_code == 204
        assert other.get(SESSION).status_code == 401


def test_a_second_factor_from_enrolment_to_removal(browser: TestClient, site: TestSite) -> None:
    sign_in(browser)
    assert browser.post(f"{SESSION}/second-factor/enrol", json={"password": "wrong"}).status_code == 403
    drawn = browser.post(f"{SESSION}/second-factor/enrol", json={"password": PASSWORD}).json()
    assert drawn["uri"].startswith("otpauth://totp/openQRM:admin?secret=") and drawn["svg"].startswith("<svg")
    totp = pyotp.TOTP(drawn["secret"])
    codes = browser.post(f"{SESSION}/second-factor/confirm", json={"code": totp.now()}).json()["recovery_codes"]
    assert browser.get(SESSION).json()["second_factor"] is True  # this session goes on

    asked = sign_in(browser)
    assert (asked.status_code, asked.json()["type"]) == (401, "urn:openqrm:code-needed")
    wrong = sign_in(browser, code="000000")
    assert (wrong.status_code, wrong.json()["type"]) == (401, "urn:openqrm:signed-out")
    assert sign_in(browser, code=codes[0]).status_code == 200
    link = browser.post(f"{SESSION}/link").json()["link"]
    assert browser.post(SESSION, json={"link": link}).json()["type"] == "urn:openqrm:code-needed"
    assert browser.post(SESSION, json={"link": link, "code": codes[1]}).status_code == 200
    sign_in(browser, code=codes[2])
    left = browser.post(f"{SESSION}/second-factor/remove", json={"code": codes[3]}).json()
    assert left == {"is_on": False, "recovery_codes_left": 0}
    assert browser.get(SESSION).json()["second_factor"] is False


def test_a_password_alone_is_not_enough_for_basic_either(browser: TestClient, site: TestSite) -> None:
    totp = pyotp.TOTP(site.sign_in.factors.enrol("admin").secret)
    codes = site.sign_in.factors.confirm("admin", totp.now())
    admin = ("admin", PASSWORD)
    assert browser.get("/api/v1/storage/list", auth=admin).json()["type"] == "urn:openqrm:code-needed"
    headers = {"x-openqrm-code": codes[0]}
    token = browser.post("/api/v1/token/create", json={"name": "t"}, auth=admin, headers=headers).json()["told"][
        "token"
    ]
    assert browser.get("/api/v1/storage/list", headers={"authorization": f"Bearer {token}"}).status_code == 200


def test_too_many_wrong_codes_are_told_to_wait(browser: TestClient, site: TestSite) -> None:
    totp = pyotp.TOTP(site.sign_in.factors.enrol("admin").secret)
    site.sign_in.factors.confirm("admin", totp.now())
    answers = [sign_in(browser, code="nonsense").status_code for _ in range(5)]
    assert answers == [401, 401, 401, 401, 429]


def test_what_a_role_may_not_is_not_offered(browser: TestClient, site: TestSite) -> None:
    hashed = site.sign_in.hash_password(PASSWORD)
    site.database.records.put(User(name="bob", role=Role.READ_ONLY.name, password_hash=hashed))
    may = browser.post(SESSION, json={"user": "bob", "password": PASSWORD}).json()["may"]
    assert "storage.list" in may and "storage.create" not in may and "user.list" not in may
    assert not [each for each in may if each.startswith("local-power.")]


def test_the_audit_says_from_where(browser: TestClient, site: TestSite) -> None:
    sign_in(browser)
    browser.post(CREATE, json=MEM)
    browser.post("/api/v1/storage/remove", json={"name": "mem"}, auth=("admin", PASSWORD))
    with site.database.reading() as tx:
        assert [plan.asked_from for plan in tx.plans.page()] == ["api testclient", "console testclient"]
