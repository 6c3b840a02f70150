"""Requests to management APIs: bounded in time and size, with certificates checked unless it was said otherwise."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2

from openqrm.domain.errors import Category, StepError
from openqrm.ports.world import HttpAnswer, HttpRequest, Vault

LARGEST_ANSWER = 8 * 1024 * 1024
HINT = "Look whether the address is right, the service answers there, and its certificate is known."


class HttpCaller:
    """ports.world.World.http. Connections are kept; one client checks certificates, one does not."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        # what proxies our own environment names is not meant for BMCs
        self._checking = httpx2.Client(trust_env=False)
        self._trusting = httpx2.Client(verify=False, trust_env=False)  # BMCs sign their own

    def close(self) -> None:
        """Hang up."""
        self._checking.close()
        self._trusting.close()

    def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Ask. Raises StepError `unavailable` when nobody answers; any HTTP status is an answer."""
        client = self._checking if request.verify_tls else self._trusting
        password = self._vault.reveal(request.secret) if request.secret else ""
        try:
            with client.stream(
                request.method,
                request.url,
                json=request.body,
                headers=dict(request.headers),
                auth=(request.user, password) if request.user else None,
                timeout=request.timeout_s,
                follow_redirects=False,
            ) as answer:
                content = _read(answer, request)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            what = f"{request.method} {request.url}: {str(error) or type(error).__name__}"
            raise StepError(Category.UNAVAILABLE, what[:500], HINT) from error
        return HttpAnswer(answer.status_code, _parsed(content), {k.lower(): v for k, v in answer.headers.items()})


def _read(answer: httpx2.Response, request: HttpRequest) -> bytes:
    content = bytearray()
    deadline = time.monotonic() + request.timeout_s
    for chunk in answer.iter_bytes():
        content += chunk
        if time.monotonic() > deadline:
            raise StepError(Category.UNAVAILABLE, f"{request.url} answers too slowly", HINT)
        if len(content) > LARGEST_ANSWER:
            raise StepError(Category.UNSUPPORTED, f"{request.url} sends more than 8 MiB", "Ask for less.")
    return bytes(content)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None
