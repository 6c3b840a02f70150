"""One route a declaration: POST for intents, GET for queries. They block in threads, so that the loop stays free."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openqrm.api.authorize import caller_of
from openqrm.api.parse import parse_body, parse_key, parse_query, read_body
from openqrm.services.catalogue import Catalogue, Entry
from openqrm.services.desk import Desk, Outcome, Wishes
from openqrm.services.sign_in import SignIn

PREFIX = "/api/v1"
JSON = "application/json"
LONGEST_WAIT_S = 600
Endpoint = Callable[[Request], Awaitable[Response]]


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """What may be said along with any intent."""

    preview: Annotated[
        Literal["", "true", "plan", "rehearse"],
        Meta(
            description="true: show what would be done, and what is so already; plan: without a look at the world; "
            "rehearse: show how it would go to its end"
        ),
    ] = ""
    failing: Annotated[str, Meta(max_length=200, description="rehearse as if this step failed: its id or number")] = ""
    wait: Annotated[int, Meta(ge=0, le=LONGEST_WAIT_S, description="seconds to wait for the end of the plan")] = 0
    reason: Annotated[str, Meta(max_length=500, description="why, for the record")] = ""
    expected: Annotated[str, Meta(max_length=64, description="digest of the preview that this is to be")] = ""
    confirm: Annotated[str, Meta(max_length=200, description="what the plan asks to be typed")] = ""


@dataclass(frozen=True)
class Door:
    """What routes need."""

    desk: Desk
    sign_in: SignIn
    catalogue: Catalogue


def declared_routes(door: Door) -> list[Route]:
    """All of them."""
    return [_route(door, entry) for entry in door.catalogue]


def _route(door: Door, entry: Entry) -> Route:
    path = f"{PREFIX}/{entry.declared.noun}/{entry.declared.verb}"
    if entry.is_intent:
        return Route(path, _intent(door, entry), methods=["POST"])
    return Route(path, _query(door, entry), methods=["GET"])


def _query(door: Door, entry: Entry) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        def work() -> bytes:
            caller = caller_of(request, door.sign_in)
            return msgspec.json.encode(door.desk.answer(caller, parse_query(entry.declared, request)))

        return Response(await run_in_threadpool(work), media_type=JSON)

    return endpoint


def _intent(door: Door, entry: Entry) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        caller = await run_in_threadpool(caller_of, request, door.sign_in)
        options, key = parse_query(Options, request), parse_key(request)
        intent: Any = parse_body(entry.declared, await read_body(request))
        if options.preview == "rehearse":
            rehearsal = await run_in_threadpool(door.desk.rehearse, caller, intent, options.failing)
            return Response(msgspec.json.encode(rehearsal), media_type=JSON)
        if options.preview:
            shown = await run_in_threadpool(door.desk.preview, caller, intent, look=options.preview == "true")
            return Response(msgspec.json.encode(shown), media_type=JSON)
        wishes = Wishes(
            reason=options.reason, expected=options.expected, confirm=options.confirm, wait_s=options.wait,
            key=key,
        )  # fmt: skip
        return _outcome(await run_in_threadpool(door.desk.ask, caller, intent, wishes))

    return endpoint


def _outcome(outcome: Outcome) -> Response:
    """202 while the plan still moves."""
    headers = {"Location": f"{PREFIX}/plan/show?id={outcome.plan.id}"}
    return Response(msgspec.json.encode(outcome), 202 if outcome.plan.is_open else 200, headers, JSON)
