"""The REST door as an ASGI application."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from openqrm.api.authorize import Unproven
from openqrm.api.forms import forms_route
from openqrm.api.guard import Guard
from openqrm.api.openapi import render_openapi
from openqrm.api.parse import TooLong
from openqrm.api.problem import CHALLENGE, problem_response
from openqrm.api.routes import JSON, PREFIX, Door, declared_routes
from openqrm.api.session_routes import SessionDoor
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.services.tries import TooManyTries

log = structlog.get_logger()
LONG = 2000  # bytes: what is longer is packed for who can unpack it
HINTS = {
    404: "What there is stands in /api/v1/openapi.json.",
    405: "Intents are POST, queries are GET: /api/v1/openapi.json.",
}
STATUSES: dict[type[OpenqrmError], int] = {Unproven: 401, TooLong: 413, TooManyTries: 429}
CATEGORIES = {404: Category.NOT_FOUND, 405: Category.UNSUPPORTED}


def make_application(door: Door, metrics: Callable[[], str], more: Sequence[BaseRoute] = ()) -> Starlette:
    """`metrics` is asked for the text of /metrics; `more` comes last, when nothing else is meant."""
    description: list[bytes] = []

    async def openapi(_request: Request) -> Response:
        if not description:  # made when first asked for: the start has no time for it
            description.append(msgspec.json.encode(render_openapi(door.catalogue)))
        return Response(description[0], media_type=JSON)

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "at_s": time.time()})

    def tell_metrics(_request: Request) -> Response:
        return PlainTextResponse(metrics(), media_type="text/plain; version=0.0.4")

    routes = [
        *declared_routes(door),
        *SessionDoor(door).routes(),
        forms_route(door),
        Route(f"{PREFIX}/openapi.json", openapi),
        Route("/healthz", healthz),
        Route("/metrics", tell_metrics),
        *more,
    ]
    handlers = {OpenqrmError: _told, HTTPException: _http, Exception: _bug}
    packing = Middleware(GZipMiddleware, minimum_size=LONG, compresslevel=4)
    return Starlette(routes=routes, exception_handlers=handlers, middleware=[Middleware(Guard), packing])


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, OpenqrmError)
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 0)
    # asked for Basic, a browser opens a window of its own before our page hears of it
    by_browser = "sec-fetch-mode" in request.headers or "cookie" in request.headers
    response = problem_response(error, status, "Bearer" if by_browser else CHALLENGE)
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.wait_s)
    return response


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = OpenqrmError(
        CATEGORIES.get(error.status_code, Category.BAD_INPUT), HTTPStatus(error.status_code).phrase.lower(),
        HINTS.get(error.status_code, ""),
    )  # fmt: skip
    response = problem_response(said, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _bug(request: Request, error: Exception) -> Response:
    log.error("defect in a door", path=request.url.path, exc_info=error)
    hint = "This is a defect: report it with the log."
    return problem_response(OpenqrmError(Category.BUG, f"{type(error).__name__}", hint))
