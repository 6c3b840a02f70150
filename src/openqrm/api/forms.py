"""Declarations as forms, with the same schemas that OpenAPI has."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getdoc
from typing import Any, get_origin

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openqrm.api.authorize import caller_of
from openqrm.api.routes import JSON, PREFIX, Door
from openqrm.plugin_api.intents import Declared
from openqrm.services.catalogue import Entry
from openqrm.services.schemas import render_schema

PATH = f"{PREFIX}/intents"


class Form(msgspec.Struct, kw_only=True):
    """One intent or query, as a page offers it."""

    noun: str
    verb: str
    is_intent: bool
    title: str
    help: str
    role: str
    allowed: bool
    plugin: str
    subject: str  # the field that names the object it is about; empty: none does
    rows: bool  # a query about one object that answers with rows: a table on its page
    decides: bool  # about a plan, carried out without a preview
    schema: dict[str, Any]


def render_form(entry: Entry, *, decides: bool) -> Form:
    """As its declaration says; `allowed` is for the caller to be said."""
    declared: type[Declared] = entry.declared
    title, _, more = (getdoc(declared) or "").partition("\n")
    schema = render_schema(declared)
    schema.pop("description", None)
    about = [name for name in schema.get("required", []) if schema["properties"][name].get("x-noun") == declared.noun]
    return Form(
        noun=declared.noun, verb=declared.verb, is_intent=entry.is_intent, title=title.strip(), help=more.strip(),
        role=declared.role.name, allowed=False, plugin=entry.plugin, subject=about[0] if about else "",
        rows=bool(about) and not entry.is_intent and get_origin(entry.answer_type) is list,
        decides=decides, schema=schema,
    )  # fmt: skip


def forms_route(door: Door) -> Route:
    """All that can be asked for, of the core and of enabled plugins."""
    made: dict[type[Declared], Form] = {}

    def form_of(entry: Entry) -> Form:
        if entry.declared not in made:
            made[entry.declared] = render_form(entry, decides=entry.declared in door.catalogue.decisions)
        return made[entry.declared]

    def work(request: Request) -> bytes:
        caller = caller_of(request, door.sign_in)
        entries = [(form_of(entry), entry.declared.role <= caller.role) for entry in door.desk.entries()]
        return msgspec.json.encode([msgspec.structs.replace(form, allowed=allowed) for form, allowed in entries])

    return Route(PATH, _answering(work), methods=["GET"])


def _answering(work: Callable[[Request], bytes]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        return Response(await run_in_threadpool(work, request), media_type=JSON, headers={"Cache-Control": "no-cache"})

    return endpoint
