"""What openQRM says, in another language. Nobody has to sign in: a refused sign-in is told in it, too."""

from __future__ import annotations

import hashlib

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openqrm.api.routes import JSON, PREFIX
from openqrm.services.languages import Languages

PATH = f"{PREFIX}/words"


def words_route(languages: Languages) -> Route:
    """A browser that has them already is told that they are the same."""
    made: dict[str, tuple[bytes, str]] = {}

    def words_of(language: str) -> tuple[bytes, str]:
        if language not in made:
            body = msgspec.json.encode(languages.words(language))
            made[language] = body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return made[language]

    async def endpoint(request: Request) -> Response:
        body, tag = await run_in_threadpool(words_of, request.path_params["language"])
        headers = {"Cache-Control": "no-cache", "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=JSON, headers=headers)

    return Route(f"{PATH}/{{language}}", endpoint, methods=["GET"])
