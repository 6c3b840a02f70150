"""The REST door over a test site, without a socket."""

from __future__ import annotations

from starlette.testclient import TestClient

from openqrm.api.application import make_application
from openqrm.api.routes import Door
from tests.unit.services.site import PASSWORD, TestSite


def open_door(site: TestSite, address: str = "http://testserver") -> TestClient:
    """Signed in as admin."""
    application = make_application(Door(site.desk, site.sign_in, site.catalogue), lambda: "openqrm_up 1\n")
    client = TestClient(application, base_url=address, raise_server_exceptions=False)
    client.auth = ("admin", PASSWORD)
    return client
