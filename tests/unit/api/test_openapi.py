"""The OpenAPI description: complete, and nothing that it permits makes the door stumble."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import ignored_auth, use_after_free
from starlette.testclient import TestClient

from openqrm.plugin_host.host import PluginHost
from openqrm.services.catalogue import Catalogue
from openqrm.services.sealing import sealed_fields
from tests.unit.api.client import open_door
from tests.unit.services.site import PASSWORD, TestSite, open_site


def test_every_declaration_has_an_entry_with_its_words(client: TestClient, site: TestSite) -> None:
    paths = client.get("/api/v1/openapi.json", auth=None).json()["paths"]
    for entry in site.catalogue:
        told = paths[f"/api/v1/{entry.declared.noun}/{entry.declared.verb}"]["post" if entry.is_intent else "get"]
        assert told["summary"].endswith(".") and "Role:" in told["description"]


def test_nobody_is_asked_for_an_issued_secret(client: TestClient) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert "secret" not in schemas["CreateToken"]["properties"]


def test_every_declaration_can_be_decoded() -> None:
    for entry in Catalogue(PluginHost()):
        sealed_fields(entry.declared)
        assert entry.answer_type is not None


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("api")
    with open_site(folder) as site, open_door(site) as client:
        yield client


@pytest.fixture(scope="module")
def described(api: TestClient) -> object:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)


SCHEMA = schemathesis.pytest.from_fixture("described")


@SCHEMA.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_that_it_permits_makes_the_door_stumble(case: schemathesis.Case) -> None:
    if case.path.endswith("/plan/watch"):
        return
    case.call_and_validate(auth=("admin", PASSWORD), excluded_checks=[ignored_auth, use_after_free])
