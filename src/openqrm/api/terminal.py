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

from openqrm.api.authorize import caller_of
from openqrm.api.presence import Presence
from openqrm.api.routes import PREFIX
from openqrm.domain.errors import OpenqrmError
from openqrm.domain.terminal import SCREEN, Terminal
from openqrm.planning.terminal import OpenTerminal as OpenIntent
from openqrm.ports.terminals import OpenTerminal, Screens, Terminals
from openqrm.services.caller import check_role
from openqrm.services.sign_in import SignIn
from openqrm.services.terminals import Tickets

log = structlog.get_logger()
FIRST_S = 10.0
IDLE_S = 1800.0  # neither typed nor shown
LOOK_S = 15.0  # so often it is looked whether the user may still do this
REFUSED, ENDED = 4403, 1000
Cells = Annotated[int, Meta(ge=1, le=1000)]


class Size(msgspec.Struct, forbid_unknown_fields=True):
    """Of the window, in characters."""

    columns: Cells = 80
    rows: Cells = 24


class First(Size, forbid_unknown_fields=True):
    """What comes first."""

    ticket: Annotated[str, Meta(max_length=200)] = ""


class TerminalDoor:
    """`attach`: text is a ticket, later a size; binary is what was typed, and what is shown."""

    def __init__(
        self, tickets: Tickets, sign_in: SignIn, terminals: Terminals, screens: Screens,
        look_s: float = LOOK_S, idle_s: float = IDLE_S,
    ) -> None:  # fmt: skip
        self._tickets, self._sign_in, self._look_s, self._idle_s = tickets, sign_in, look_s, idle_s
        self._terminals, self._screens = terminals, screens

    def route(self) -> WebSocketRoute:
        """Its only one."""
        return WebSocketRoute(f"{PREFIX}/terminal/attach", self._attach)

    async def _attach(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            async with asyncio.timeout(FIRST_S):
                first = msgspec.json.decode(await socket.receive_text(), type=First)
            caller = await run_in_threadpool(caller_of, socket, self._sign_in)
            granted = await run_in_threadpool(self._tickets.take, caller, first.ticket)
            terminal = await self._open(granted, first)
        except WebSocketDisconnect:
            return
        except (OpenqrmError, msgspec.DecodeError, KeyError, TimeoutError) as error:
            return await socket.close(REFUSED, _short(error))
        about = {"resource": granted.resource, "line": granted.line, "user": granted.user}
        log.info("terminal opened", **about)
        try:
            await self._join(socket, terminal, Presence(granted.line, asyncio.get_running_loop().time))
        finally:
            await terminal.close()
            log.info("terminal closed", **about)

    async def _open(self, granted: Terminal, first: First) -> OpenTerminal:
        if granted.line == SCREEN:
            return await self._screens.open(granted.host, granted.argv, granted.address)
        return await self._terminals.open(granted.host, granted.argv, first.columns, first.rows)

    async def _join(self, socket: WebSocket, terminal: OpenTerminal, presence: Presence) -> None:
        """Until either side ends, nothing happens for long, or the user may not go on."""
        end = None
        ways = [
            asyncio.create_task(way) for way in (_show(socket, terminal, presence), _type(socket, terminal, presence))
        ]
        try:
            while end is None and not any(way.done() for way in ways):
                await asyncio.wait(ways, timeout=self._look_s, return_when=asyncio.FIRST_COMPLETED)
                end = await run_in_threadpool(self._find_end, socket, presence)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        if socket.application_state.name == "CONNECTED" and socket.client_state.name == "CONNECTED":
            await socket.close(*(end or (ENDED, "")))

    def _find_end(self, socket: WebSocket, presence: Presence) -> tuple[int, str] | None:
        """Why it may not go on. What was typed keeps a session from ending, as a request does."""
        if presence.idle_s() > self._idle_s:
            return ENDED, "nothing has happened for 30 minutes"
        try:
            check_role(caller_of(socket, self._sign_in, quietly=not presence.take_typed(), again=True), OpenIntent)
        except OpenqrmError as error:
            return REFUSED, _short(error)
        return None


def _short(error: Exception) -> str:
    """As much as fits into the end of a WebSocket: 123 bytes."""
    told = error.message if isinstance(error, OpenqrmError) else "first comes a ticket, as JSON, within 10 seconds"
    return told.encode()[:120].decode(errors="ignore")


async def _show(socket: WebSocket, terminal: OpenTerminal, presence: Presence) -> None:
    """Nothing comes first: so it is open. A serial line may show nothing for long; a screen speaks first by itself."""
    if not presence.is_screen:
        await socket.send_bytes(b"")
    while shown := await terminal.read():
        presence.shown()
        await socket.send_bytes(shown)


async def _type(socket: WebSocket, terminal: OpenTerminal, presence: Presence) -> None:
    while (message := await socket.receive())["type"] == "websocket.receive":
        if typed := message.get("bytes"):
            presence.typed(typed)
            await terminal.write(typed)
        elif text := message.get("text"):
            size = msgspec.json.decode(text, type=Size)
            terminal.resize(size.columns, size.rows)
