"""The stream at the door, over a real connection: greeting, changes, resuming, the end of a session."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

import httpx2
import pytest

from openqrm.api.application import make_application
from openqrm.api.listen import Listener, bind
from openqrm.api.plan_watch import watch_route
from openqrm.api.routes import Door
from openqrm.api.stream import stream_route
from openqrm.domain.storage import Storage
from openqrm.domain.user import User
from openqrm.services.live import Live
from openqrm.services.live_rows import LiveRows
from tests.unit.api.client import start_that_waits
from tests.unit.services.site import PASSWORD, TestSite

STREAM = "/api/v1/stream"


@pytest.fixture
def live(site: TestSite) -> Iterator[Live]:
    reading = Live(site.database, LiveRows(site.host, site.catalogue, site.world), every_s=0.01)
    reading.start()
    yield reading
    reading.close()


@pytest.fixture
def browser(site: TestSite, live: Live) -> Iterator[httpx2.Client]:
    listening = bind("127.0.0.1", 0)
    more = [stream_route(live, site.sign_in, quiet_s=0.05), watch_route(live, site.desk, site.sign_in, quiet_s=0.05)]
    door = Listener("rest", make_application(Door(site.desk, site.sign_in, site.catalogue), str, more), [listening])
    door.start()
    with httpx2.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=20) as opened:
        answer = opened.post("/api/v1/session", json={"user": "admin", "password": PASSWORD})
        opened.headers["x-csrf-token"] = answer.json()["csrf"]
        yield opened
    door.close()


@contextmanager
def streaming(browser: httpx2.Client, last: str = "", **wanted: str) -> Iterator[Iterator[dict[str, str]]]:
    headers = {"last-event-id": last} if last else {}
    with browser.stream("GET", STREAM, params=wanted, headers=headers) as answer:
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
        yield messages(answer)


def messages(answer: httpx2.Response) -> Iterator[dict[str, str]]:
    """As EventSource reads them; comments under the name `comment`. They alone would go on without end."""
    found: dict[str, str] = {}
    deadline = time.monotonic() + 60
    for line in answer.iter_lines():
        assert time.monotonic() < deadline, "there is nothing but signs of life"
        if not line:
            yield found
            found = {}
            continue
        name, _, value = line.partition(": ")
        found[name or "comment"] = value


def message(events: Iterator[dict[str, str]]) -> dict[str, str]:
    """The next message: on a slow machine a sign of life comes before it, and what changes until then is not told."""
    return next(event for event in events if "event" in event)


def change(events: Iterator[dict[str, str]]) -> dict[str, Any]:
    told = message(events)
    assert told["event"] == "changes", told
    return told


def test_it_greets_tells_and_goes_on_where_it_was(browser: httpx2.Client, site: TestSite) -> None:
    with streaming(browser) as events:
        first = message(events)
        assert first["event"] == "ready" and int(first["id"]) > 0
        site.database.records.put(Storage(name="one"))
        told = change(events)
        assert [row["name"] for row in json.loads(told["data"])] == ["one"]
    site.database.records.put(Storage(name="two"))
    with streaming(browser, told["id"]) as events:
        assert [row["name"] for row in json.loads(change(events)["data"])] == ["two"]
    with streaming(browser, after=told["id"]) as events:
        assert [row["name"] for row in json.loads(change(events)["data"])] == ["two"]
    place = browser.get("/api/v1/session").json()["place"]
    site.database.records.put(Storage(name="three"))
    with streaming(browser, after=str(place)) as events:
        assert [row["name"] for row in json.loads(change(events)["data"])] == ["three"]
    for place in ("1" * 18, "nonsense", "-5", "9" * 50):
        with streaming(browser, place) as events:
            assert message(events)["event"] == "resync"


def test_a_quiet_stream_shows_that_it_lives(browser: httpx2.Client) -> None:
    with streaming(browser) as events:
        assert next(event for event in events if "comment" in event)


def test_only_what_is_wanted_is_told(browser: httpx2.Client, site: TestSite) -> None:
    with streaming(browser, kinds="image,storage", about="storage/b") as events:
        message(events)
        for name in ("a", "b"):
            site.database.records.put(Storage(name=name))
        assert [row["name"] for row in json.loads(change(events)["data"])] == ["b"]


def test_it_ends_with_the_session(browser: httpx2.Client, site: TestSite) -> None:
    with streaming(browser) as events:
        message(events)
        records = site.database.records
        records.put(replace(records.get(User, "admin"), password_hash="another"))
        assert [event["event"] for event in events if "event" in event][-1] == "ended"


def test_it_does_not_keep_a_session_alive(browser: httpx2.Client, site: TestSite) -> None:
    with site.database.transaction() as tx:
        session = tx.sessions.of("admin")[0]
        tx.sessions.change(session.digest, seen_s=session.seen_s - 100)
    with streaming(browser) as events:
        next(event for event in events if "comment" in event)
    with site.database.reading() as tx:
        assert tx.sessions.of("admin")[0].seen_s == session.seen_s - 100


def test_who_goes_is_let_go(browser: httpx2.Client, live: Live) -> None:
    for _ in range(3):
        with streaming(browser) as events:
            message(events)
    with streaming(browser) as events:
        message(events)
        counted = (live.count() for _ in islice(events, 100))  # looked at with every sign of life
        assert 1 in counted


@pytest.mark.parametrize(
    ("wanted", "status"), [({"kinds": "secret"}, 400), ({"colour": "red"}, 400), ({"load": "volume"}, 400)]
)
def test_what_there_is_not_is_bad_input(browser: httpx2.Client, wanted: dict[str, str], status: int) -> None:
    assert browser.get(STREAM, params=wanted).status_code == status


def test_nobody_listens_unproven(browser: httpx2.Client) -> None:
    browser.cookies.clear()
    assert browser.get(STREAM).status_code == 401


def test_a_plan_is_watched_to_its_end(browser: httpx2.Client, site: TestSite, live: Live) -> None:
    plan = start_that_waits(browser, site).json()["plan"]["id"]
    with browser.stream("GET", "/api/v1/plan/watch", params={"id": plan}) as answer:
        events = messages(answer)
        assert json.loads(next(events)["data"])["state"] == "running"
        next(event for event in events if "comment" in event)  # it lives
        browser.post("/api/v1/plan/abandon", json={"id": plan, "because": "it is a test"})
        site.world.own.answers.set()
        states = [json.loads(event["data"])["state"] for event in events if "data" in event]
    assert states[-1] == "abandoned" and set(states[:-1]) <= {"running"}
