"""Credentials of a request: a token, or a user with password."""

from __future__ import annotations

import base64
import binascii

from starlette.requests import Request

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.services.caller import Caller
from openqrm.services.sign_in import HINT, SignIn


class Unproven(OpenqrmError):
    """Nobody has signed in: the caller is asked to."""


def caller_of(request: Request, sign_in: SignIn) -> Caller:
    """Who asks. Raises Unproven. It blocks while a password is hashed."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    try:
        match scheme.lower():
            case "bearer":
                return sign_in.by_token(credentials.strip())
            case "basic":
                return sign_in.by_password(*parse_basic(credentials))
    except OpenqrmError as error:
        raise Unproven(error.category, error.message, error.hint) from None
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
