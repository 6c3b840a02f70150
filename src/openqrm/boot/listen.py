"""Runs the HTTP door in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_TIMEOUT_S = 20.0
START_TIMEOUT_S = 10.0
MOST_CONNECTIONS = 8192


class Impatient(HttpToolsProtocol):
    """Waits for the head of a request no longer than 20 seconds: uvicorn alone would wait for ever."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The clock starts."""
        super().connection_made(transport)
        self._start_clock()

    def on_message_begin(self) -> None:
        """It starts anew for each request on a connection."""
        super().on_message_begin()
        self._start_clock()

    def on_headers_complete(self) -> None:
        """In time."""
        self._stop_clock()
        super().on_headers_complete()

    def connection_lost(self, error: Exception | None) -> None:
        """However it ended."""
        self._stop_clock()
        super().connection_lost(error)

    def _start_clock(self) -> None:
        self._stop_clock()
        self._limit = self.loop.call_later(HEAD_TIMEOUT_S, self.transport.abort)

    def _stop_clock(self) -> None:
        if self._limit:
            self._limit.cancel()
            self._limit = None


class HttpListener:
    """`port` is the real one after `start`, when 0 was asked for."""

    def __init__(self, app: Any, *, address: str = "0.0.0.0", port: int = 80) -> None:
        self.port = port
        self._run = uvicorn.Server(
            uvicorn.Config(
                app,
                host=address,
                port=port,
                http=Impatient,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=10,
                backlog=4096,
            )
        )
        self._thread = threading.Thread(target=self._run.run, name="boot-http", daemon=True)

    def start(self) -> None:
        """Listen. Raises RuntimeError when the port cannot be had."""
        self._thread.start()
        while not self._run.started:
            self._thread.join(0.01)
            if not self._thread.is_alive():
                raise RuntimeError(f"the boot door cannot listen on port {self.port}")
        self.port = self._run.servers[0].sockets[0].getsockname()[1]

    def close(self) -> None:
        """Answer what has been asked, then end."""
        self._run.should_exit = True
        self._thread.join()
