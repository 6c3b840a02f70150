"""The console's files: what is served, how long it may be kept, what a browser is told about it."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from openqrm.api.application import make_application
from openqrm.api.pages import Pages
from openqrm.api.routes import Door
from tests.unit.api.client import open_door
from tests.unit.services.site import TestSite

SCRIPT = "assets/index-3f2a.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "console"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>openQRM</title>")
    (built / SCRIPT).write_text("start()")
    (built / f"{SCRIPT}.gz").write_bytes(gzip.compress(b"start()"))
    (built / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret").write_text("not yours")
    (built / "link").symlink_to(tmp_path / "secret")
    return built


@pytest.fixture
def browser(site: TestSite, folder: Path) -> Iterator[TestClient]:
    door = Door(site.desk, site.sign_in, site.catalogue)
    with TestClient(make_application(door, str, [Pages(folder)]), raise_server_exceptions=False) as opened:
        opened.headers["accept-encoding"] = "identity"
        yield opened


@pytest.mark.parametrize("path", ["/", "/index.html", "/appliances/web", "/sign-in", "/plans/17?x=1", "/apis"])
def test_every_page_is_the_one_page(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200 and answer.text.endswith("<title>openQRM</title>")
    assert answer.headers["cache-control"] == "no-cache" and answer.headers["content-type"].startswith("text/html")
    assert browser.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_who_has_signed_in_gets_what_every_page_needs_early(browser: TestClient) -> None:
    assert "link" not in browser.get("/host").headers
    browser.cookies.set("openqrm", "some-session")
    etag = browser.get("/host").headers["etag"]
    for known in ("", etag):
        early = browser.get("/host", headers={"if-none-match": known}).headers["link"]
        assert early.count("rel=preload") == 2 and "</api/v1/session>" in early
    assert "link" not in browser.get("/favicon.svg").headers


def test_what_has_its_hash_in_its_name_may_be_kept(browser: TestClient) -> None:
    answer = browser.get(f"/{SCRIPT}")
    assert answer.text == "start()" and "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "content-encoding" not in answer.headers and answer.headers["vary"] == "Accept-Encoding"


def test_who_can_unpack_gets_it_packed(browser: TestClient) -> None:
    answer = browser.get(f"/{SCRIPT}", headers={"accept-encoding": "gzip;q=1.0, deflate"})
    assert (answer.headers["content-encoding"], answer.text) == ("gzip", "start()")


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/%2e%2e/%2e%2e/secret", "/api/v1/none", "/api", "/api/"])
def test_what_is_not_there_is_no_page(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/link", "/../secret", "/%2e%2e/secret", "//etc/passwd", "/..%2fsecret", "/%00"])
def test_no_path_leads_elsewhere(browser: TestClient, path: str) -> None:
    assert "not yours" not in browser.get(path).text and "root:" not in browser.get(path).text


def test_the_api_answers_in_its_own_words(browser: TestClient) -> None:
    assert browser.post("/api/v1/nothing/here").status_code == 404
    assert browser.post("/").status_code == 405
    assert browser.get("/healthz").json()["status"] == "ok"


def test_without_a_build_the_page_says_how_to_get_one(browser: TestClient, folder: Path) -> None:
    (folder / "index.html").unlink()
    answer = browser.get("/")
    assert answer.status_code == 404 and "make console" in answer.text
    assert browser.get("/appliances").status_code == 404
    (folder / "index.html").write_text("again")
    assert browser.get("/").text == "again"


def test_what_is_built_anew_is_served_anew(browser: TestClient, folder: Path) -> None:
    assert browser.get("/").status_code == 200
    (folder / "assets/new-1.js").write_text("2")
    (folder / "index.html").write_text("newer")
    os.utime(folder / "index.html", ns=(1, 1))
    assert browser.get("/assets/new-1.js").text == "2" and browser.get("/").text == "newer"


@pytest.mark.parametrize("path", ["/", f"/{SCRIPT}", "/api/v1/session", "/api/v1/openapi.json", "/healthz", "/api/x"])
def test_every_answer_guards_the_browser(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" == policy["style-src"]
    assert policy["frame-ancestors"] == "'none'" == policy["base-uri"]
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert "strict-transport-security" not in headers
    if path.startswith("/api/"):
        assert "no-store" in headers["cache-control"]


def test_with_tls_a_browser_comes_back_with_tls(site: TestSite) -> None:
    with open_door(site, "https://testserver") as client:
        assert client.get("/healthz").headers["strict-transport-security"].startswith("max-age=")


def test_a_long_answer_is_packed_and_a_stream_is_not(client: TestClient) -> None:
    answer = client.get("/api/v1/openapi.json", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and answer.json()["openapi"] == "3.1.0"
    assert "content-encoding" not in client.get("/healthz", headers={"accept-encoding": "gzip"}).headers
