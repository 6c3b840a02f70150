"""Bytes and query strings from outside as typed declarations; all that does not fit is refused with its place."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec
from starlette.requests import Request

from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.planning.fields import MEANT
from openqrm.plugin_api.intents import Declared

LONGEST_BODY = 1 << 20
LONGEST_KEY = 200
T = TypeVar("T")
D = TypeVar("D", bound=Declared)


class TooLong(OpenqrmError):
    """The body is longer than LONGEST_BODY."""


_PATTERN = re.compile(r"Expected `str` matching regex (?P<pattern>['\"].*['\"]) - at `\$\.(?P<field>[^`]+)`")
_MEANT = {repr(get_args(field)[1].pattern): meant for field, meant in MEANT.items()}


def refused(error: Exception, where: str) -> PlanningError:
    """What msgspec says, as ours; of patterns that many fields share, in words."""
    found = _PATTERN.fullmatch(str(error))
    if found and found["pattern"] in _MEANT:
        message = f"{found['field']} is not as it has to be"
        return PlanningError(Category.BAD_INPUT, message, f"It takes {_MEANT[found['pattern']]}.")
    hint = f"The form of {where} is in /api/v1/openapi.json."
    return PlanningError(Category.BAD_INPUT, f"{where}: {error}"[:500], hint)


async def read_body(request: Request) -> bytes:
    """At most 1 MiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            message = f"the body is longer than {LONGEST_BODY} bytes"
            raise TooLong(Category.BAD_INPUT, message, "Nothing that openQRM understands is that long.")
    return bytes(body)


def parse_key(request: Request) -> str:
    """The idempotency key, empty when there is none."""
    key = request.headers.get("idempotency-key", "")
    if len(key) > LONGEST_KEY:
        hint = "A UUID does well."
        raise PlanningError(Category.BAD_INPUT, f"the idempotency key is longer than {LONGEST_KEY}", hint)
    return key


def parse_body(declared: type[D], body: bytes) -> D:
    """An intent from JSON; an empty body stands for one without fields."""
    try:
        return msgspec.json.decode(body or b"{}", type=declared)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refused(error, "the body") from None


def parse_query(form: type[T], request: Request) -> T:
    """A query string, each parameter at most once unless it is a list."""
    given: dict[str, Any] = {}
    for key, value in request.query_params.multi_items():
        if key in _lists(cast(Any, form)):
            given.setdefault(key, []).append(value)
            continue
        if key in given:
            raise PlanningError(Category.BAD_INPUT, f"the parameter {key[:80]!r} is given twice", "Give it once.")
        given[key] = value
    try:
        return msgspec.convert(given, form, strict=False)
    except msgspec.ValidationError as error:
        raise refused(error, "the query string") from None


@cache
def _lists(form: Any) -> frozenset[str]:
    """The fields that may be given several times."""
    hints = get_type_hints(form)
    return frozenset(name for name, hint in hints.items() if get_origin(hint) is list)
