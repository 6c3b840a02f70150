"""Forms: what a declaration says is what a page offers, and every reference names something that can be listed."""

import re
from typing import Any

import pytest
from httpx2 import Auth
from starlette.testclient import TestClient

from openqrm.domain.names import NAME_PATTERN
from openqrm.domain.user import Role, User
from openqrm.plugin_host.host import PluginHost
from openqrm.services.catalogue import Catalogue
from openqrm.services.schemas import render_schema
from tests.unit.services.site import PASSWORD, TestSite

ENTRIES = list(Catalogue(PluginHost()))
LISTED = {entry.declared.noun for entry in ENTRIES if entry.declared.verb == "list"}
# Names that are given here for the first time, or that are no objects.
NEW = re.compile(r"^a name|^the note$|^physical")


@pytest.fixture
def forms(client: TestClient) -> dict[str, dict[str, Any]]:
    return {f"{form['noun']}.{form['verb']}": form for form in client.get("/api/v1/intents").json()}


def test_a_form_has_the_words_of_its_declaration(forms: dict[str, dict[str, Any]]) -> None:
    form = forms["storage.create"]
    assert form["title"] == "Declare a storage: a resource, and the plugin that knows how to make volumes on it."
    assert (form["role"], form["allowed"], form["is_intent"], form["plugin"]) == ("ADMINISTRATOR", True, True, "")
    fields = form["schema"]["properties"]
    assert form["schema"]["required"] == ["name", "type"]
    assert fields["resource"]["x-noun"] == "resource" and fields["resource"]["default"] == "openqrm"
    assert fields["type"]["x-noun"] == "storage-type"
    host_type = forms["host.add"]["schema"]["properties"]["type"]
    assert (host_type["x-noun"], host_type["x-only"]) == ("plugin", {"category": "virtualization"})
    assert forms["resource.edit"]["schema"]["properties"]["bmc_driver"]["x-noun"] == "plugin"
    assert forms["volume.create"]["schema"]["properties"]["size_mib"]["x-unit"] == "MiB"


def test_it_says_which_field_is_what_it_is_about(forms: dict[str, dict[str, Any]]) -> None:
    assert [forms[each]["subject"] for each in ("storage.edit", "storage.create", "plan.retry")] == ["name", "", "id"]
    assert [forms[each]["decides"] for each in ("plan.retry", "storage.edit")] == [True, False]


def test_a_table_about_an_object_has_its_intents(forms: dict[str, dict[str, Any]]) -> None:
    assert {name for name, form in forms.items() if form["rows"]} == {"host.isos", "vm.isos", "vm.snapshots"}
    fields = {verb: forms[f"vm.{verb}"]["schema"]["properties"]["snapshot"] for verb in ("snapshot", "revert")}
    assert (fields["snapshot"]["x-new-row"], fields["revert"]["x-row"]) == ("snapshots", "snapshots")


def test_secrets_are_marked_and_never_asked_for_when_they_are_made_here(forms: dict[str, dict[str, Any]]) -> None:
    assert forms["resource.edit"]["schema"]["properties"]["bmc_password"]["x-secret"] == "secret"
    password = forms["user.create"]["schema"]["properties"]["password"]
    assert (password["x-secret"], password["writeOnly"]) == ("password", True)
    assert "secret" not in forms["token.create"]["schema"]["properties"]


def test_openapi_says_the_same(client: TestClient, forms: dict[str, dict[str, Any]]) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert schemas["CreateStorage"]["properties"] == forms["storage.create"]["schema"]["properties"]
    assert schemas["EditResource"]["properties"] == forms["resource.edit"]["schema"]["properties"]


def test_what_is_referred_to_can_be_listed() -> None:
    for field in _fields():
        assert field.get("x-noun", "plan") in LISTED, field


def test_whatever_names_an_object_says_which_noun_it_is_of() -> None:
    """When this fails: add refers_to("NOUN") to the field, so that pages offer what there is."""
    for field in _fields():
        pattern = field.get("pattern") or next((part.get("pattern") for part in field.get("anyOf", [])), None)
        if pattern and pattern.replace("^$|", "", 1) == NAME_PATTERN and not NEW.match(field.get("description", "")):
            assert "x-noun" in field, field


def _fields() -> list[dict[str, Any]]:
    schemas = [(entry.declared, render_schema(entry.declared)) for entry in ENTRIES]
    return [
        {"in": declared.__name__, "name": name, **field}
        for declared, schema in schemas
        for name, field in schema["properties"].items()
    ]


def test_what_a_role_may_not_is_marked(client: TestClient, site: TestSite) -> None:
    site.database.records.put(
        User(name="bob", role=Role.OPERATOR.name, password_hash=site.sign_in.hash_password(PASSWORD))
    )
    told = client.get("/api/v1/intents", auth=("bob", PASSWORD)).json()
    allowed = {f"{form['noun']}.{form['verb']}": form["allowed"] for form in told}
    assert allowed["volume.create"] and not allowed["storage.create"]


def test_nobody_sees_them_unproven(client: TestClient) -> None:
    client.auth = Auth()
    assert client.get("/api/v1/intents").status_code == 401


def test_a_plugins_settings_are_a_form_with_their_values(client: TestClient) -> None:
    settings = {"cipher_suite": "17"}
    client.post("/api/v1/plugin/enable", json={"name": "ipmi"})
    client.post("/api/v1/plugin/set", json={"name": "ipmi", "settings": settings})
    form = client.get("/api/v1/plugin/form", params={"name": "ipmi"}).json()
    assert form["schema"]["properties"]["cipher_suite"]["maximum"] == 17
    assert form["values"] == {"cipher_suite": 17, "efi_boot": False}
    assert client.get("/api/v1/plugin/form", params={"name": "nothing"}).status_code == 404


def test_what_a_plugin_keeps_by_its_own_intents_is_in_no_form(client: TestClient) -> None:
    form = client.get("/api/v1/plugin/form", params={"name": "image-shelf"}).json()
    assert form["schema"]["properties"].keys() == {"spool"} and form["values"]["shelves"] == {}
