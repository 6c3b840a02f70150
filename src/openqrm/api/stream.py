"""The stream of changes as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from enum import Enum, auto
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
from openqrm.services.live_loads import check_load
from openqrm.services.sign_in import SignIn

PATH = f"{PREFIX}/stream"
QUIET_S = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
ALIVE = b": still here\n\n"
LONGEST_PLACE = 18


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """What a client wants to be told of; nothing said: everything it may see, without the load of machines."""

    kinds: Annotated[str, Meta(max_length=1000, description="kinds, with commas between")] = ""
    about: Annotated[str, Meta(max_length=4000, description="references like resource/web, with commas between")] = ""
    load: Annotated[
        str, Meta(max_length=4000, description="host, host/NAME or observation/NAME: also when only its load changed")
    ] = ""
    after: Annotated[
        str, Meta(max_length=LONGEST_PLACE, description="the id of the last message: goes on behind it")
    ] = ""


class Turn(Enum):
    """Why a connection that listens goes on: there may be something to take, it is still good, or it is no longer."""

    NEWS = auto()
    QUIET = auto()
    ENDED = auto()


class Listening:
    """A connection that waits for what another thread wakes it for. Every 15 seconds its caller is looked at again."""

    def __init__(self, request: Request, sign_in: SignIn, quiet_s: float) -> None:
        self._request, self._sign_in, self._quiet_s = request, sign_in, quiet_s
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()

    def wake(self) -> None:
        """From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def turns(self, client: Client) -> AsyncIterator[Turn]:
        """NEWS at once and whenever it was woken, until the client has ended; ENDED comes last."""
        look_s = self._loop.time() + self._quiet_s
        while not client.is_ended:
            self._news.clear()
            yield Turn.NEWS
            if self._loop.time() < look_s:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), look_s - self._loop.time())
                continue
            try:
                client.caller = await run_in_threadpool(
                    caller_of, self._request, self._sign_in, quietly=True, again=True
                )
            except Unproven:
                yield Turn.ENDED
                return
            look_s = self._loop.time() + self._quiet_s
            yield Turn.QUIET


def stream_route(live: Live, sign_in: SignIn, quiet_s: float = QUIET_S) -> Route:
    """Its only endpoint."""

    async def endpoint(request: Request) -> Response:
        caller = await run_in_threadpool(caller_of, request, sign_in, quietly=True)
        wanted, listening = parse_query(Wanted, request), Listening(request, sign_in, quiet_s)
        client = Client(
            caller, listening.wake, kinds=_words(wanted.kinds), about=_words(wanted.about), load=_words(wanted.load),
            place=_place(request.headers.get("last-event-id", wanted.after)),
        )  # fmt: skip
        live.check_kinds(client.kinds)
        check_load(client.load)
        live.join(client)

        async def messages() -> AsyncIterator[bytes]:
            async for turn in listening.turns(client):
                if turn is Turn.QUIET:
                    yield ALIVE
                elif turn is Turn.ENDED:
                    yield render_message(Told("ended"))
                else:
                    while told := client.take():
                        yield render_message(told)

        return Stream(messages(), lambda: live.leave(client))

    return Route(PATH, endpoint, methods=["GET"])


class Stream(StreamingResponse):
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


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split(",") if word)


def _place(text: str) -> int:
    """What we gave it; anything else is as old as can be, so that everything is read anew."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_PLACE else -2
