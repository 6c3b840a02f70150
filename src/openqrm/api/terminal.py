"""A terminal over a WebSocket. First comes a text with the ticket, for what stands in an address is logged."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from openqrm.api.routes import PREFIX
from openqrm.domain.errors import OpenqrmError
from openqrm.ports.terminals import OpenTerminal, Terminals
from openqrm.services.terminals import Tickets

log = structlog.get_logger()
FIRST_S = 10.0
IDLE_S = 1800.0  # neither typed nor shown
LONGEST_LINE = 65536
REFUSED, ENDED = 4403, 1000
Cells = Annotated[int, Meta(ge=1, le=1000)]


class Size(msgspec.Struct, forbid_unknown_fields=True):
    """Of the window, in characters."""

    columns: Cells = 80
    rows: Cells = 24


class First(Size, forbid_unknown_fields=True):
    """What comes first."""

    ticket: Annotated[str, Meta(max_length=200)] = ""


def terminal_route(tickets: Tickets, terminals: Terminals) -> WebSocketRoute:
    """`attach`: text is a ticket, later a size; binary is what was typed, and what is shown."""

    async def attach(socket: WebSocket) -> None:
        await socket.accept()
        try:
            async with asyncio.timeout(FIRST_S):
                first = msgspec.json.decode(await socket.receive_text(), type=First)
            granted = await run_in_threadpool(tickets.take, first.ticket)
            terminal = await terminals.open(granted.host, granted.argv, first.columns, first.rows)
        except WebSocketDisconnect:
            return
        except (OpenqrmError, msgspec.DecodeError, KeyError, TimeoutError) as error:
            return await socket.close(REFUSED, _short(error))
        log.info("terminal opened", resource=granted.resource, user=granted.user)
        try:
            await _join(socket, terminal)
        finally:
            await terminal.close()
            log.info("terminal closed", resource=granted.resource, user=granted.user)

    return WebSocketRoute(f"{PREFIX}/terminal/attach", attach)


def _short(error: Exception) -> str:
    """As much as fits into the end of a WebSocket: 123 bytes."""
    told = error.message if isinstance(error, OpenqrmError) else "first comes a ticket, as JSON, within 10 seconds"
    return told.encode()[:120].decode(errors="ignore")


async def _join(socket: WebSocket, terminal: OpenTerminal) -> None:
    """Until either side ends, or nothing happens for long."""
    clock = _Clock()
    ways = [asyncio.create_task(way) for way in (_show(socket, terminal, clock), _type(socket, terminal, clock))]
    try:
        while not any(way.done() for way in ways) and clock.idle_s() < IDLE_S:
            await asyncio.wait(ways, timeout=IDLE_S - clock.idle_s(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
    if socket.application_state.name == "CONNECTED" and socket.client_state.name == "CONNECTED":
        await socket.close(ENDED, "" if clock.idle_s() < IDLE_S else "nothing was typed or shown for 30 minutes")


class _Clock:
    """When something happened last."""

    def __init__(self) -> None:
        self.touch()

    def touch(self) -> None:
        self._last_s = asyncio.get_running_loop().time()

    def idle_s(self) -> float:
        return asyncio.get_running_loop().time() - self._last_s


async def _show(socket: WebSocket, terminal: OpenTerminal, clock: _Clock) -> None:
    while shown := await terminal.read():
        clock.touch()
        await socket.send_bytes(shown)


async def _type(socket: WebSocket, terminal: OpenTerminal, clock: _Clock) -> None:
    while (message := await socket.receive())["type"] == "websocket.receive":
        clock.touch()
        if typed := message.get("bytes"):
            await terminal.write(typed[:LONGEST_LINE])
        elif text := message.get("text"):
            size = msgspec.json.decode(text, type=Size)
            terminal.resize(size.columns, size.rows)
