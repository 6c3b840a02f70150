"""Requests read and answers sent, bounded in size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openqrm.domain.errors import Category, PlanningError

BODY_TIMEOUT_S = 30.0
LONGEST_QUERY = 4096
MOST_FIELDS = 32
CHUNK_BYTES = 256 * 1024
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Text:
    """A short answer."""

    body: bytes
    status: int = 200
    type: bytes = b"text/plain; charset=utf-8"


@dataclass(frozen=True)
class File:
    """An answer as long as this file."""

    path: Path


Answer = Text | File


def parse_query(scope: Scope) -> dict[str, str]:
    """The query's fields; of several with one name the last. Raises PlanningError when it is too long."""
    raw: bytes = scope["query_string"]
    if len(raw) > LONGEST_QUERY or raw.count(b"&") >= MOST_FIELDS:
        hint = f"At most {LONGEST_QUERY} bytes and {MOST_FIELDS} fields."
        raise PlanningError(Category.BAD_INPUT, "the query is too long", hint)
    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))


def header_of(scope: Scope, name: bytes) -> bytes:
    """The header's value, empty when there is none."""
    return next((value for key, value in scope["headers"] if key == name), b"")


async def read_body(receive: Receive, longest: int) -> bytes:
    """The whole body. Raises PlanningError when it is too long, TimeoutError when it does not come to an end."""
    body = bytearray()
    async with asyncio.timeout(BODY_TIMEOUT_S):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise PlanningError(Category.BAD_INPUT, "the request broke off", "")
            body += message.get("body", b"")
            if len(body) > longest:
                raise PlanningError(Category.BAD_INPUT, "the body is too long", f"At most {longest} bytes.")
            if not message.get("more_body"):
                return bytes(body)


async def send_answer(send: Send, answer: Answer, *, head_only: bool) -> None:
    """Send it; a machine that hangs up meanwhile is not our concern."""
    if isinstance(answer, Text):
        await _start(send, answer.status, len(answer.body), answer.type)
        await send({"type": "http.response.body", "body": b"" if head_only else answer.body})
        return
    with answer.path.open("rb") as file:
        await _start(send, 200, answer.path.stat().st_size, b"application/octet-stream")
        while not head_only and (chunk := file.read(CHUNK_BYTES)):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _start(send: Send, status: int, length: int, kind: bytes) -> None:
    headers = [(b"content-length", b"%d" % length), (b"content-type", kind)]
    if status >= 400:
        headers.append((b"connection", b"close"))  # the rest of a body that is refused is not waited for
    await send({"type": "http.response.start", "status": status, "headers": headers})
