"""The stream of changes as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from openqrm.api.authorize import Unproven, caller_of
from openqrm.api.parse import parse_query
from openqrm.api.routes import PREFIX
from openqrm.services.live import Client, Live, Told
from openqrm.services.sign_in import SignIn

PATH = f"{PREFIX}/stream"
QUIET_S = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
LONGEST_PLACE = 18


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """What a client wants to be told of; nothing said: everything it may see, without what machines report."""

    kinds: Annotated[str, Meta(max_length=1000, description="kinds, with commas between")] = ""
    about: Annotated[str, Meta(max_length=4000, description="references like resource/web, with commas between")] = ""


def stream_route(live: Live, sign_in: SignIn, quiet_s: float = QUIET_S) -> Route:
    """Its only endpoint. Every 15 seconds it is looked whether the caller may still listen."""

    async def endpoint(request: Request) -> Response:
        caller = await run_in_threadpool(caller_of, request, sign_in, quietly=True)
        wanted, loop, news = parse_query(Wanted, request), asyncio.get_running_loop(), asyncio.Event()
        client = Client(
            caller, lambda: _wake(loop, news), kinds=_words(wanted.kinds), about=_words(wanted.about),
            place=_place(request.headers.get("last-event-id", "")),
        )  # fmt: skip
        live.check_kinds(client.kinds)
        live.join(client)

        async def messages() -> AsyncIterator[bytes]:
            look_s = loop.time() + quiet_s
            while not client.is_ended:
                news.clear()
                while told := client.take():
                    yield render_message(told)
                if loop.time() < look_s:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), look_s - loop.time())
                    continue
                try:
                    client.caller = await run_in_threadpool(caller_of, request, sign_in, quietly=True, again=True)
                except Unproven:
                    yield render_message(Told("ended"))
                    return
                look_s = loop.time() + quiet_s
                yield b": still here\n\n"

        return _Stream(messages(), partial(live.leave, client))

    return Route(PATH, endpoint, methods=["GET"])


class _Stream(StreamingResponse):
    """However it ends, the client is let go."""

    def __init__(self, messages: AsyncIterator[bytes], leave: Callable[[], None]) -> None:
        super().__init__(messages, media_type="text/event-stream", headers=HEADERS)
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until either side goes."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


def render_message(told: Told) -> bytes:
    """As EventSource reads it."""
    data = b"[" + b",".join(told.rows) + b"]" if told.rows else b"{}"
    place = b"id: %d\n" % told.place if told.place else b""
    return place + b"event: " + told.event.encode() + b"\ndata: " + data + b"\n\n"


def _wake(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(news.set)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(",") if word)


def _place(text: str) -> int:
    """What we gave it; anything else is as old as can be, so that everything is read anew."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_PLACE else -2
