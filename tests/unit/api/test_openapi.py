"""The OpenAPI description: complete, and nothing that it permits makes the door stumble."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance, use_after_free
from starlette.testclient import TestClient

from openqrm.api.openapi import render_openapi
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


# What fits the schema may be refused all the same, with 400: a range that is not in its network, a short password.
EXCLUDED = [ignored_auth, use_after_free, positive_data_acceptance]
EXAMPLES = settings(
    max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.name)
def test_nothing_that_it_permits_or_forbids_makes_the_door_stumble(api: TestClient, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    for result in described.get_all_operations():
        operation = result.ok()
        if operation.path.endswith("/plan/watch"):
            continue  # it answers with a stream

        @settings(EXAMPLES)
        @given(case=operation.as_strategy(generation_mode=mode))
        def validate(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(auth=("admin", PASSWORD), excluded_checks=EXCLUDED)

        validate()


def patterns_in(schema: Any) -> Iterator[str]:
    """Every pattern of a document, however deep."""
    if isinstance(schema, dict):
        yield from (each for each in [schema.get("pattern")] if isinstance(each, str))
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else ():
        yield from patterns_in(part)


def test_no_pattern_lets_a_line_break_through_at_its_end() -> None:
    """Python's $ stands before a last line break too; what stands after it here a browser understands as well."""
    found = set(patterns_in(render_openapi(Catalogue(PluginHost()))))
    assert found and not [each for each in found if re.search(r"\$(?!\(\?!\\n\))", each) or each.endswith(r"\Z")]
