"""Credentials of a request: a token, a user with password, or the cookie of a session."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import ClassVar

from starlette.requests import HTTPConnection

from openqrm.api.cookie import address_of, caller_by_cookie, find_cookie
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.services.caller import Caller
from openqrm.services.second_factors import CodeNeeded
from openqrm.services.sign_in import HINT, SignIn

CODE_HEADER = "x-openqrm-code"


class Unproven(OpenqrmError):
    """Nobody has signed in: the caller is asked to."""

    type: ClassVar[str] = "urn:openqrm:signed-out"


class CodeAsked(Unproven):
    """The password was right: the caller is asked for the code of the second factor."""

    type: ClassVar[str] = "urn:openqrm:code-needed"


def caller_of(request: HTTPConnection, sign_in: SignIn, *, quietly: bool = False, again: bool = False) -> Caller:
    """Who asks. Raises Unproven; Foreign for a cookie alone. It blocks while a password is hashed.

    `quietly` is for what a page asks by itself: it does not keep a session from ending. `again` is for a connection
    that was let in and lasts: its code of the second factor, which is good once, is not asked for anew.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    cookie = find_cookie(request)
    try:
        if scheme:
            return replace(
                _by_header(scheme, credentials, request, sign_in, again), origin=f"api {address_of(request)}"
            )
        if cookie:
            return caller_by_cookie(request, cookie, sign_in.sessions, quietly=quietly)
    except OpenqrmError as error:
        raise unproven(error) from None
    raise Unproven(Category.REFUSED, "nobody has signed in", HINT)


def unproven(error: OpenqrmError) -> OpenqrmError:
    """A refusal while somebody signs in, as what the door answers."""
    if hasattr(error, "type") or error.category is not Category.REFUSED:
        return error
    kind = CodeAsked if isinstance(error, CodeNeeded) else Unproven
    return kind(error.category, error.message, error.hint)


def _by_header(scheme: str, credentials: str, request: HTTPConnection, sign_in: SignIn, again: bool) -> Caller:
    match scheme.lower():
        case "bearer":
            return sign_in.by_token(credentials.strip(), address_of(request))
        case "basic":
            caller = sign_in.by_password(*parse_basic(credentials), address_of(request))
            if not again:
                sign_in.factors.check(caller.user, request.headers.get(CODE_HEADER, ""))
            return caller
    raise Unproven(Category.REFUSED, "nobody has signed in", HINT)


def parse_basic(credentials: str) -> tuple[str, str]:
    """User and password of HTTP Basic."""
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name = colon = password = ""
    if not colon:
        raise OpenqrmError(Category.REFUSED, "the credentials cannot be read", HINT)
    return name, password
