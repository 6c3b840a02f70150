"""OpenAPI 3.1 from the declarations: what it says is what the door accepts, for both are read from the same types."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from inspect import getdoc
from typing import Any

import msgspec

from openqrm.api.openapi_console import TYPES, console_paths
from openqrm.api.parse import LONGEST_KEY
from openqrm.api.problem import MEDIA_TYPE, STATUS, Problem
from openqrm.api.routes import JSON, PREFIX, Options
from openqrm.planning.plan import ShowPlan
from openqrm.services.catalogue import Catalogue, Entry
from openqrm.services.desk import Outcome, Preview
from openqrm.services.plan_view import PlanView
from openqrm.services.rehearsing import Rehearsal
from openqrm.services.schemas import mark_fields

REF = "#/components/schemas/{name}"


class Schemas:
    """The schemas of all types that are asked for, each once."""

    def __init__(self, types: Iterable[Any]) -> None:
        self._types = list(dict.fromkeys(types))
        made, self.components = msgspec.json.schema_components(self._types, ref_template=REF)
        self._made: dict[Any, dict[str, Any]] = dict(zip(self._types, made, strict=True))

    def of(self, form: Any) -> dict[str, Any]:
        """A schema, mostly a reference into the components."""
        return self._made[form]

    def fields(self, form: type[msgspec.Struct]) -> tuple[dict[str, Any], list[str]]:
        """Properties of a struct and which of them are required."""
        schema = self.components[form.__name__]
        return schema["properties"], schema.get("required", [])


def render_openapi(catalogue: Catalogue) -> dict[str, Any]:
    """The whole description."""
    entries = list(catalogue)
    answers = [entry.answer_type for entry in entries if not entry.is_intent]
    own = (Options, Outcome, Preview, Rehearsal, PlanView, Problem, *TYPES)
    schemas = Schemas([*(e.declared for e in entries), *answers, *own])
    paths = {f"{PREFIX}/{e.declared.noun}/{e.declared.verb}": _path(e, schemas) for e in entries}
    paths[f"{PREFIX}/plan/watch"] = _watch_path(schemas)
    paths |= console_paths(
        schemas.of, _content, _errors(schemas), lambda form: _parameters(form, schemas)
    )  # fmt: skip
    for entry in entries:
        mark_fields(entry.declared, schemas.components[entry.declared.__name__])
    return {
        "openapi": "3.1.0",
        "info": {"title": "openQRM", "version": version("openqrm")},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "password": {"type": "http", "scheme": "basic"},
                "session": {"type": "apiKey", "in": "cookie", "name": "openqrm"},
            },
        },
        "security": [{"token": []}, {"password": []}, {"session": []}],
    }


def _path(entry: Entry, schemas: Schemas) -> dict[str, Any]:
    declared = entry.declared
    summary, _, description = (getdoc(declared) or "").partition("\n")
    told = {
        "operationId": f"{declared.noun}.{declared.verb}",
        "tags": [declared.noun],
        "summary": summary.strip(),
        "description": f"{description.strip()}\n\nRole: {declared.role.name}.".strip(),
    }
    return {"post": told | _intent(entry, schemas)} if entry.is_intent else {"get": told | _query(entry, schemas)}


def _intent(entry: Entry, schemas: Schemas) -> dict[str, Any]:
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": LONGEST_KEY}}
    shown = {"anyOf": [schemas.of(Outcome), schemas.of(Preview), schemas.of(Rehearsal)]}
    return {
        "parameters": [*_parameters(Options, schemas), key],
        "requestBody": {"required": True, "content": {JSON: {"schema": schemas.of(entry.declared)}}},
        "responses": {
            "200": _content("The plan has ended; or its preview or rehearsal.", shown),
            "202": _content("The plan is being carried out.", schemas.of(Outcome)),
            **_errors(schemas),
        },
    }


def _query(entry: Entry, schemas: Schemas) -> dict[str, Any]:
    return {
        "parameters": _parameters(entry.declared, schemas),
        "responses": {"200": _content("The answer.", schemas.of(entry.answer_type)), **_errors(schemas)},
    }


def _watch_path(schemas: Schemas) -> dict[str, Any]:
    events = {
        "description": "The plan, again whenever it changes, until it ends.",
        "content": {"text/event-stream": {}},
    }
    told = {"operationId": "plan.watch", "tags": ["plan"], "summary": "Watch a plan until it ends or is stuck."}
    parameters = _parameters(ShowPlan, schemas)
    return {"get": told | {"parameters": parameters, "responses": {"200": events, **_errors(schemas)}}}


def _parameters(form: type[msgspec.Struct], schemas: Schemas) -> list[dict[str, Any]]:
    properties, required = schemas.fields(form)
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in properties.items()
    ]


def _content(description: str, schema: dict[str, Any], media_type: str = JSON) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _errors(schemas: Schemas) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {
        401: ["nobody has signed in"],
        413: ["the body is too long"],
        429: ["too many sign-ins"],
    }
    for category, status in STATUS.items():
        by_status.setdefault(status, []).append(category.value)
    problem = schemas.of(Problem)
    return {str(status): _content(", ".join(what), problem, MEDIA_TYPE) for status, what in sorted(by_status.items())}
