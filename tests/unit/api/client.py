"""The REST door over a test site, without a socket."""

from __future__ import annotations

from dataclasses import replace

import httpx2
from starlette.testclient import TestClient

from openqrm.api.application import make_application
from openqrm.api.plan_watch import watch_route
from openqrm.api.routes import Door
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import PluginState
from tests.unit.services.site import PASSWORD, TestSite


def open_door(site: TestSite, address: str = "http://testserver") -> TestClient:
    """Signed in as admin."""
    more = [watch_route(site.live, site.desk, site.sign_in)]
    application = make_application(Door(site.desk, site.sign_in, site.catalogue), lambda: "openqrm_up 1\n", more)
    client = TestClient(application, base_url=address, raise_server_exceptions=False)
    client.auth = ("admin", PASSWORD)
    return client


def start_that_waits(client: httpx2.Client, site: TestSite) -> httpx2.Response:
    """The storage that its image is installed from does not answer until `site.world.own.answers` is set."""
    for path, fields in (
        ("storage/create", {"name": "mem", "type": "tmpfs-storage"}),
        ("volume/create", {"name": "root", "storage": "mem", "size_mib": 64}),
        ("image/create", {"name": "web", "volume": "root"}),
        ("appliance/create", {"name": "web", "image": "web"}),
    ):
        assert client.post(f"/api/v1/{path}", json=fields).status_code == 200
    site.world.own.answers.clear()
    records = site.database.records
    records.put(replace(records.get(Resource, "m1"), address="10.0.0.11"))
    records.put(PluginState(name="nfs-storage", enabled=True, started=True))
    records.put(Storage(name="nas", type="nfs-storage", resource=SELF))
    records.put(Volume(name="golden", storage="nas"))
    records.put(replace(records.get(Image, "web"), install_from="golden"))
    return client.post("/api/v1/appliance/start", json={"name": "web"})
