"""Errors as problem JSON (RFC 9457) with our category and hint, and the HTTP status of each category."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from openqrm.domain.errors import Category, OpenqrmError

CHALLENGE = 'Basic realm="openqrm", Bearer'
MEDIA_TYPE = "application/problem+json"
STATUS = {
    Category.BAD_INPUT: 400,
    Category.REFUSED: 403,
    Category.NOT_FOUND: 404,
    Category.CONFLICT: 409,
    Category.STALE: 412,
    Category.UNSUPPORTED: 422,
    Category.BUSY: 423,
    Category.UNAVAILABLE: 424,  # not 503: this installation is well, something it needs is not
    Category.BUG: 500,
}


class Problem(msgspec.Struct, kw_only=True):
    """What went wrong, and what to do about it."""

    status: int
    category: Category
    title: str
    detail: str
    hint: str
    type: str = "about:blank"


def problem_response(error: OpenqrmError, status: int = 0, challenge: str = CHALLENGE) -> Response:
    """The answer for this error; `challenge` says what an answer of 401 asks for."""
    status = status or STATUS[error.category]
    title = error.category.value.replace("_", " ")
    body = Problem(status=status, category=error.category, title=title, detail=error.message, hint=error.hint)
    body.type = getattr(error, "type", body.type)
    headers = {"WWW-Authenticate": challenge} if status == 401 else None
    return Response(msgspec.json.encode(body), status, headers, MEDIA_TYPE)
