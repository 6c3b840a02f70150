"""The session cookie of a browser, and the proof that a request comes from our own page."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.services.caller import Caller
from openqrm.services.sessions import LONGEST_S, Sessions, csrf_of

HEADER = "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})  # none: the address was typed


class Foreign(OpenqrmError):
    """The request does not prove to come from a page of ours."""

    type: ClassVar[str] = "urn:openqrm:csrf"


def find_cookie(request: HTTPConnection) -> str:
    """The session's token, empty when the browser sent none."""
    return request.cookies.get(_name(request), "")


def set_cookie(request: Request, response: Response, token: str) -> None:
    """No script can read it, no other site's page can send it."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        _name(request), token, max_age=int(LONGEST_S), path="/", httponly=True, samesite="strict", secure=secure
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Take it away."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request), path="/", httponly=True, samesite="strict", secure=secure)


def caller_by_cookie(request: HTTPConnection, token: str, sessions: Sessions, *, quietly: bool = False) -> Caller:
    """Raises Foreign; PlanningError `refused` when the session has ended."""
    caller, _session = sessions.use(token, quietly=quietly)
    if request.scope["type"] == "websocket":
        check_origin(request)  # no page can send a header there
    elif request.scope["method"] not in SAFE:
        check_origin(request)
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), csrf_of(token).encode()):
            hint = "Send X-CSRF-Token with what GET /api/v1/session tells as `csrf`."
            raise Foreign(Category.REFUSED, "the request lacks the token of its session", hint)
    return replace(caller, origin=f"console {address_of(request)}")


def check_origin(request: HTTPConnection) -> None:
    """Raises Foreign for what a browser sends on behalf of another site's page."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in OWN_SITES or (origin is not None and urlsplit(origin).netloc.lower() != host.lower()):
        raise Foreign(Category.REFUSED, "the request comes from the page of another site", "Use the console's own.")


def address_of(request: HTTPConnection) -> str:
    """Of the other end of the connection."""
    return request.client.host if request.client else ""


def _name(request: HTTPConnection) -> str:
    return "__Host-openqrm" if request.url.scheme in ("https", "wss") else "openqrm"
