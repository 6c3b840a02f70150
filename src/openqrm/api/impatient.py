"""Half a request holds no connection for ever."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_TIMEOUT_S = 20.0


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
