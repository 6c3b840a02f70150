"""The OpenAPI entries of what is no declared intent: sessions, the second factor, forms, words, the stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from openqrm.api import forms, session_routes, stream, words
from openqrm.api.session_routes import FACTOR, SESSION, Begin, Enrol, LinkFor, Proof, RecoveryCodes, SessionView
from openqrm.plugin_api.locale import Words
from openqrm.services.second_factors import Enrolment, Standing
from openqrm.services.sessions import Link

Sessions = list[session_routes.SessionRow]
Forms = list[forms.Form]
TYPES = (
    Begin, Enrol, LinkFor, Proof, RecoveryCodes, SessionView, Sessions, Enrolment, Standing, Link, Forms,
    stream.Wanted, Words,
)  # fmt: skip
# path, method, what it does, what is sent, what is answered
TOLD: tuple[tuple[str, str, str, Any, Any], ...] = (
    (SESSION, "post", "Sign in with a browser: a cookie is set.", Begin, SessionView),
    (SESSION, "get", "Who is signed in, and what they may ask for.", None, SessionView),
    (SESSION, "delete", "Sign out.", None, None),
    (f"{SESSION}/all", "delete", "End all sessions of one's own.", None, None),
    (f"{SESSION}/list", "get", "One's own sessions.", None, Sessions),
    (f"{SESSION}/link", "post", "A one-time link that signs in.", LinkFor, Link),
    (FACTOR, "get", "How one's second factor stands.", None, Standing),
    (f"{FACTOR}/enrol", "post", "Begin with a second factor.", Enrol, Enrolment),
    (f"{FACTOR}/confirm", "post", "Switch it on with a first code.", Proof, RecoveryCodes),
    (f"{FACTOR}/remove", "post", "Remove it with a last code.", Proof, Standing),
    (forms.PATH, "get", "The forms of all that can be asked for.", None, Forms),
)


def console_paths(
    of: Callable[[Any], dict[str, Any]], json: Callable[[str, dict[str, Any]], dict[str, Any]], errors: dict[str, Any],
    parameters: Callable[[type[msgspec.Struct]], list[dict[str, Any]]],
) -> dict[str, Any]:  # fmt: skip
    """By path."""
    paths: dict[str, Any] = {}
    for path, method, summary, sent, answered in TOLD:
        good = {"200": json("The answer.", of(answered))} if answered else {"204": {"description": "It is so."}}
        entry = _named(path, method, summary) | {"responses": {**good, **errors}}
        if sent:
            entry["requestBody"] = {"required": True} | json("", of(sent))
            entry["requestBody"].pop("description")
        paths.setdefault(path, {})[method] = entry
    language = {
        "name": "language",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": r"^[a-z]{2}$(?!\n)"},
    }
    entry = _named(words.PATH, "get", "What openQRM says, in another language such as `de`. Nobody has to sign in.")
    answers = {"200": json("English → the same.", of(Words)), "404": errors["404"], "500": errors["500"]}
    paths[f"{words.PATH}/{{language}}"] = {"get": entry | {"parameters": [language], "responses": answers}}
    told = {"description": "What changes, until the client goes.", "content": {"text/event-stream": {}}}
    entry = _named(stream.PATH, "get", "What changes, as server-sent events.")
    paths[stream.PATH] = {
        "get": entry | {"parameters": parameters(stream.Wanted), "responses": {"200": told, **errors}}
    }
    return paths


def _named(path: str, method: str, summary: str) -> dict[str, Any]:
    words = path.removeprefix("/api/v1/").replace("/", ".")
    return {"operationId": f"{words}.{method}", "tags": ["console"], "summary": summary}
