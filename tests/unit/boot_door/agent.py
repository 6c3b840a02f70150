"""A machine's end of the uplink for tests: logs in, waits for `ready`, says and hears lines."""

from __future__ import annotations

import asyncio
import base64
import queue
import threading
from types import TracebackType
from typing import Self

import asyncssh

from lab.boot_script import Orders
from lab.uplink_client import Uplink as Wire


class Agent:
    """In a thread of its own. `heard` holds the lines that came down."""

    def __init__(self, orders: Orders, key: asyncssh.SSHKey | list[asyncssh.SSHKey]) -> None:
        self.heard: queue.Queue[str] = queue.Queue()
        self.lost = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._wire = Wire(self.heard.put, self.lost.set)
        self._orders, self._key = orders, key

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._wire.open(self._orders, self._key), self._loop).result(20)
        assert self.next() == "ready"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._wire.close)
        self.lost.wait(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def cipher(self) -> str:
        """What both ends have agreed on."""
        return self._wire.cipher

    def say(self, line: str) -> None:
        self._loop.call_soon_threadsafe(self._wire.send, line)

    def next(self) -> str:
        return self.heard.get(timeout=20)


def pack(data: bytes) -> str:
    return base64.b64encode(data).decode() or "-"


def unpack(text: str) -> bytes:
    return b"" if text == "-" else base64.b64decode(text)
