"""The REST door: statuses, problems with hints, limits, sign-in, watching."""

import json

import pytest
from starlette.testclient import TestClient

from openqrm.services.tries import FREE_TRIES
from tests.unit.api.client import start_that_waits
from tests.unit.services.site import TestSite

CREATE = "/api/v1/storage/create"
MEM = {"name": "mem", "type": "tmpfs-storage"}


def test_an_intent_that_is_done_is_200_with_its_plan(client: TestClient) -> None:
    answer = client.post(CREATE, json=MEM)
    assert answer.status_code == 200
    assert answer.headers["location"] == f"/api/v1/plan/show?id={answer.json()['plan']['id']}"
    assert [row["name"] for row in client.get("/api/v1/storage/list").json()] == ["mem"]


def test_a_plan_that_goes_on_is_202_and_can_be_watched(client: TestClient, site: TestSite) -> None:
    answer = start_that_waits(client, site)
    assert answer.status_code == 202
    plan = answer.json()["plan"]["id"]
    client.post("/api/v1/plan/abandon", json={"id": plan, "because": "it is a test"})
    site.world.own.answers.set()  # what is at work comes back, and nothing follows
    lines = client.get("/api/v1/plan/watch", params={"id": plan}).text.splitlines()
    assert json.loads([line for line in lines if line][-1].removeprefix("data: "))["state"] == "abandoned"


def test_a_preview_is_not_done(client: TestClient) -> None:
    shown = client.post(CREATE, json=MEM, params={"preview": "true"}).json()
    assert "Create storage mem" in shown["text"] and shown["plan"]["steps"][0]["state"] == "would change"
    assert client.get("/api/v1/storage/list").json() == []


@pytest.mark.parametrize(
    ("path", "body", "status", "category"),
    [
        (CREATE, {"name": "Bad Name", "type": "x"}, 400, "bad_input"),
        (CREATE, {"name": "mem\n", "type": "tmpfs-storage"}, 400, "bad_input"),
        (CREATE, {**MEM, "colour": "red"}, 400, "bad_input"),
        (CREATE, {"name": "mem"}, 400, "bad_input"),
        (CREATE, {"name": "mem", "type": "nothing"}, 422, "unsupported"),
        ("/api/v1/volume/create", {"name": "a", "storage": "none"}, 404, "not_found"),
        ("/api/v1/kernel/remove", {"name": "default"}, 409, "conflict"),
        ("/api/v1/resource/remove", {"name": "openqrm"}, 403, "refused"),
        ("/api/v1/token/create", {"name": "t", "secret": "mine"}, 400, "bad_input"),
        ("/api/v1/nothing/here", {}, 404, "not_found"),
        ("/api/v1/storage/list", {}, 405, "unsupported"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(
    client: TestClient, path: str, body: object, status: int, category: str
) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["category"] == category and problem["status"] == status
    assert problem["detail"] and problem["hint"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b'"x"', b"null", b'{"name": "\\ud800"}', b"{" * 100_000])
def test_what_is_no_json_is_bad_input(client: TestClient, body: bytes) -> None:
    assert client.post(CREATE, content=body).status_code == 400


def test_ten_megabytes_are_not_read(client: TestClient) -> None:
    answer = client.post(CREATE, content=b" " * 10_000_000)
    assert answer.status_code == 413 and answer.json()["hint"]


def test_a_parameter_is_known_and_given_once(client: TestClient) -> None:
    assert client.get("/api/v1/resource/show", params={"name": "m1"}).status_code == 200
    assert client.get("/api/v1/resource/show?name=m1&name=m2").status_code == 400
    assert client.get("/api/v1/resource/show?name=m1&colour=red").status_code == 400
    assert client.post(f"{CREATE}?preview=perhaps", json=MEM).status_code == 400


@pytest.mark.parametrize(
    "authorization", ["", "Bearer nothing", "Basic", "Basic !!!", "Basic YWRtaW4=", "Basic YWRtaW46eA==", "Magic x"]
)
def test_nobody_comes_in_unproven(client: TestClient, authorization: str) -> None:
    for ask in (client.get, client.post):
        answer = ask("/api/v1/resource/list" if ask == client.get else CREATE, auth=None,
                     headers={"authorization": authorization})  # fmt: skip
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Basic realm="openqrm", Bearer'


def test_a_token_is_as_good_as_a_password(client: TestClient) -> None:
    token = client.post("/api/v1/token/create", json={"name": "ci"}).json()["told"]["token"]
    headers = {"authorization": f"Bearer {token}"}
    assert client.get("/api/v1/resource/list", auth=None, headers=headers).status_code == 200


def test_health_and_metrics_need_no_sign_in(client: TestClient) -> None:
    assert client.get("/healthz", auth=None).json()["status"] == "ok"
    assert "openqrm_up 1" in client.get("/metrics", auth=None).text


def test_too_many_sign_ins_are_told_to_wait(client: TestClient) -> None:
    for _ in range(FREE_TRIES):
        assert client.get("/api/v1/resource/list", auth=("admin", "guess")).status_code == 401
    answer = client.get("/api/v1/resource/list", auth=("admin", "guess"))
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
    assert answer.json()["category"] == "busy" and "Wait" in answer.json()["hint"]


@pytest.mark.parametrize("body", [{"comment": "a\0b"}, {"settings": {"path": "\0"}}, {"settings": {"a\0": "b"}}])
def test_no_text_holds_a_nul(client: TestClient, body: dict[str, object]) -> None:
    answer = client.post(CREATE, json=MEM | body)
    assert answer.status_code == 400 and answer.json()["hint"]
    assert client.post(CREATE, json=MEM, params={"reason": "a\0b"}).status_code == 400
    assert client.get("/api/v1/resource/show", params={"name": "a\0b"}).status_code == 400
    assert client.get("/api/v1/resource/list", auth=("a\0b", "x")).status_code == 401
