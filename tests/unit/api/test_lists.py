"""Parts of lists: limit, cursor, order and filters, the same for every noun at every door."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient

from openqrm.domain.appliance import Appliance
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Storage, Volume
from openqrm.domain.user import Role, Token, User
from openqrm.plugin_api.listing import ListQuery
from tests.unit.services.site import TestSite

OF_TIME = {("plan", "list"), ("event", "list")}  # these go back in time, page by page, with `before`


def names(client: TestClient, noun: str, **params: Any) -> list[str]:
    answer = client.get(f"/api/v1/{noun}/list", params=params)
    assert answer.status_code == 200, answer.text
    return [row.get("name") or row["appliance"]["name"] for row in answer.json()]


@pytest.fixture
def full(site: TestSite) -> TestSite:
    put = site.database.records.put
    for number in range(25):
        put(Volume(name=f"v{number:02d}", storage="a" if number % 5 else "b", size_mib=number // 10))
        put(
            Resource(
                name=f"r{number:02d}", mac=f"52:54:00:00:01:{number:02x}", type="kvm" if number % 2 else "physical"
            )
        )
        seen = (
            {"power": "off"} if number % 3 else {"milestone": "uplink", "power": "on", "last_seen_s": time.time() + 1e6}
        )
        put(Observation(name=f"r{number:02d}", **seen))
    put(Storage(name="nas", type="nfs-storage", settings={"path": "/srv"}))
    return site


def test_every_list_can_be_asked_for_in_parts(client: TestClient, site: TestSite) -> None:
    listed = [entry for entry in site.catalogue if entry.declared.verb == "list" and not entry.plugin]
    lists = {(entry.declared.noun, "list"): entry for entry in listed}
    assert {key for key, entry in lists.items() if not issubclass(entry.declared, ListQuery)} == OF_TIME
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for noun, verb in lists.keys() - OF_TIME:
        parameters = {each["name"]: each for each in paths[f"/api/v1/{noun}/{verb}"]["get"]["parameters"]}
        assert {"limit", "after", "sort", "filter"} <= parameters.keys()
        assert names(client, noun, limit=1, sort="-name") == names(client, noun)[-1:]


def test_pages_make_up_the_list(client: TestClient, full: TestSite) -> None:
    for sort in ("", "name", "-name", "size_mib", "-size_mib", "storage"):
        whole = names(client, "volume", sort=sort)
        assert len(whole) == 25
        pages, after = [], ""
        while page := names(client, "volume", sort=sort, limit=7, after=after):
            pages += page
            after = page[-1]
        assert pages == whole
    assert names(client, "volume", sort="-size_mib")[:5] == [f"v{n}" for n in range(20, 25)]


def test_filters_of_the_database_and_of_what_is_made_of_it(client: TestClient, full: TestSite) -> None:
    assert names(client, "volume", filter="storage=b") == names(client, "volume", storage="b")
    assert names(client, "volume", filter=["storage=b", "size_mib=2"]) == ["v20"]
    assert names(client, "volume", filter=["storage=b", "storage=a"]) == []
    idle = [f"r{n:02d}" for n in range(0, 25, 3)]
    assert names(client, "resource", condition="idle") == ["m1", *idle]
    assert names(client, "resource", filter=["condition=idle", "type=physical"]) == ["m1", *idle[::2]]
    pages = names(client, "resource", filter="condition=idle", limit=4)
    assert pages + names(client, "resource", filter="condition=idle", limit=4, after=pages[-1]) == ["m1", *idle[:7]]
    assert names(client, "storage", filter="type=nfs-storage") == ["nas"]
    assert names(client, "plugin", filter="category=network", sort="-name", limit=2) == ["wake-on-lan", "tftpd"]


def test_a_record_in_a_list_is_told_as_it_is(client: TestClient, full: TestSite) -> None:
    shown = client.get("/api/v1/storage/show", params={"name": "nas"}).json()
    assert client.get("/api/v1/storage/list").json() == [shown]
    shown = client.get("/api/v1/volume/show", params={"name": "v03"}).json()
    assert client.get("/api/v1/volume/list", params={"filter": "name=v03"}).json() == [shown]


def test_an_appliance_in_a_list_is_told_as_it_is(client: TestClient, full: TestSite) -> None:
    records = full.database.records
    records.put(Appliance(name="web", image="web", kernel="default", wanted="running", resource="r01"))
    records.put(Resource(name="carrier", claimed_by="web", address="10.0.0.5"))
    records.put(Observation(name="carrier", milestone="init", profile="web", power="on", last_seen_s=time.time() + 1e6))
    shown = client.get("/api/v1/appliance/show", params={"name": "web"}).json()
    assert client.get("/api/v1/appliance/list").json() == [shown]
    assert names(client, "appliance", filter=["condition=running", "resource=carrier", "image=web"]) == ["web"]
    assert names(client, "appliance", filter="resource=r01") == []


def test_nobody_filters_by_what_is_not_shown(client: TestClient, full: TestSite) -> None:
    records = full.database.records
    records.put(User(name="bob", role=Role.READ_ONLY.name))
    records.put(Token(name="t-admin", user="admin", digest="aa"))
    records.put(Token(name="t-bob", user="bob", digest=sha256(b"bob").hexdigest()))
    for params in ({"sort": "password_hash"}, {"filter": "password_hash=x"}):
        answer = client.get("/api/v1/user/list", params=params)
        assert answer.status_code == 400 and "has_password" in answer.json()["hint"]
    assert names(client, "user", filter="has_password=true") == ["admin"]
    headers = {"authorization": "Bearer bob"}
    for params in ({}, {"sort": "-name"}, {"filter": "user=bob"}):
        answer = client.get("/api/v1/token/list", params=params, auth=None, headers=headers)
        assert [row["name"] for row in answer.json()] == ["t-bob"]
    answer = client.get("/api/v1/token/list", params={"filter": "user=admin"}, auth=None, headers=headers)
    assert answer.json() == []
    assert names(client, "token") == ["t-admin", "t-bob"]


@pytest.mark.parametrize(
    ("noun", "params", "status"),
    [
        ("volume", {"sort": "colour"}, 400),
        ("volume", {"filter": "colour=red"}, 400),
        ("volume", {"filter": "size_mib=large"}, 400),
        ("volume", {"filter": "storage"}, 400),
        ("volume", {"filter": "grant={}"}, 400),
        ("resource", {"sort": "condition"}, 400),
        ("resource", {"filter": "condition=sleepy"}, 400),
        ("resource", {"filter": "name=a\0b"}, 400),
        ("volume", {"limit": "-1"}, 400),
        ("volume", {"limit": "10001"}, 400),
        ("volume", {"sort": "size_mib", "after": "gone"}, 404),
        ("plugin", {"after": "gone"}, 404),
    ],
)
def test_what_does_not_fit_is_refused(
    client: TestClient, full: TestSite, noun: str, params: dict[str, str], status: int
) -> None:
    answer = client.get(f"/api/v1/{noun}/list", params=params)
    assert answer.status_code == status and answer.json()["hint"], answer.text


def test_hosts_are_listed_with_what_is_free(client: TestClient, full: TestSite) -> None:
    put = full.database.records.put
    for name, carries in (("h1", "kvm"), ("h2", "xen")):
        put(Resource(name=name, carries=carries, cpu_count=8, memory_mib=10_000, vm_limit=5))
    put(
        Observation(
            name="h1", milestone="uplink", power="on", last_seen_s=time.time() + 1e6, statistics={"load_1": 1.5}
        )
    )
    for number in (1, 2):
        put(Resource(name=f"guest-{number}", type="kvm", host="h1", memory_mib=1000))
    one, two = client.get("/api/v1/host/list").json()
    assert (one["name"], one["vm_count"], one["booked_mib"], one["load"], one["condition"]) == (
        "h1",
        2,
        2000,
        1.5,
        "idle",
    )
    assert (two["name"], two["vm_count"]) == ("h2", 0) and one["free_mib"] == two["free_mib"] - 2000
    assert names(client, "host", filter="carries=xen") == ["h2"] == names(client, "host", filter="vm_count=0")
    assert names(client, "host", filter="carries=") == []
