"""The agent of a simulated machine: keeps the uplink of one boot, posts facts and statistics, does what comes down."""

import asyncio
import base64
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import asyncssh

from lab.backoff import Backoff
from lab.boot_script import Orders, parse_facts
from lab.uplink_client import Uplink

_LONGEST_STREAM = 1024 * 1024

Ended = tuple[int, bytes, bytes]  # status, standard output, standard error


class Body(Protocol):
    """What the agent needs of the machine it runs in."""

    def render_statistics(self) -> str: ...
    def run(self, argv: Sequence[str], stdin: bytes) -> Ended: ...
    def end(self, reboot: bool) -> None: ...


class Agent:
    """One boot's agent. Milestones, results and questions wait for an uplink; statistics do not."""

    def __init__(self, body: Body, orders: Orders, key: asyncssh.SSHKey, stats_every_s: float, retry_s: float) -> None:
        self.ready = asyncio.Event()
        self.profile: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self.failed_logins = 0
        self._body, self._orders, self._key = body, orders, key
        self._stats_every_s, self._backoff = stats_every_s, Backoff(retry_s)
        self._uplink: Uplink | None = None
        self._waiting: deque[str] = deque()

    async def keep_uplink(self) -> None:
        """Log in, and again whenever the connection is lost, with jitter."""
        while True:
            lost = asyncio.Event()
            self._uplink = Uplink(self._hear, lost.set)
            try:
                await self._uplink.open(self._orders, self._key)
                await lost.wait()
            except (OSError, asyncssh.Error):
                self.failed_logins += 1
            if self.ready.is_set():
                self.ready.clear()
                self._backoff.restart()
            await self._backoff.pause()

    async def report(self) -> None:
        """Send statistics for as long as it lives."""
        while True:
            await self.ready.wait()
            self._send(f"stats {self._body.render_statistics()}")
            await asyncio.sleep(self._stats_every_s)

    def post(self, line: str) -> None:
        """Send a line as soon as there is an uplink."""
        self._waiting.append(line)
        self._flush()

    def hang_up(self) -> None:
        """End the connection in good order."""
        if self._uplink and self.ready.is_set():
            self._uplink.close()

    def fall_silent(self) -> int | None:
        """End without a word; see `Uplink.fall_silent`."""
        return self._uplink.fall_silent() if self._uplink and self.ready.is_set() else None

    def _flush(self) -> None:
        while self._waiting and self.ready.is_set():
            self._send(self._waiting.popleft())

    def _send(self, line: str) -> None:
        if self._uplink and self.ready.is_set():
            self._uplink.send(line)

    def _hear(self, line: str) -> None:
        match line.split(" "):
            case ["ready"]:
                self.ready.set()
                self._flush()
            case ["profile", packed]:
                if not self.profile.done():
                    self.profile.set_result(parse_facts(unpack(packed).decode()))
            case ["run", name, _seconds, argv, stdin]:
                words = unpack(argv).decode().split("\0")[:-1]
                status, out, err = self._body.run(words, unpack(stdin))
                self.post(f"done {name} {status} {pack(out[:_LONGEST_STREAM])} {pack(err[:_LONGEST_STREAM])}")
            case ["reboot" | "poweroff" as verb]:
                self._body.end(reboot=verb == "reboot")


def pack(data: bytes) -> str:
    """Binary as the protocol writes it."""
    return base64.b64encode(data).decode() or "-"


def unpack(text: str) -> bytes:
    """Binary as the protocol wrote it."""
    return b"" if text == "-" else base64.b64decode(text, validate=True)
