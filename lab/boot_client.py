"""HTTP as firmware and initrd speak it: a connection a request, and no more work than that.

httpx2 costs the fleet about ten times as much, and would cost it more than the server spends on the answer.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

_ANSWER_S = 60.0
_LARGEST_TEXT = 1024 * 1024
_CHUNK = 1024 * 1024


class Refused(RuntimeError):
    """The server answered, and it was not yes."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text.strip()}")
        self.status = status


@dataclass(frozen=True)
class _Answer:
    status: int
    length: int
    body: asyncio.StreamReader


async def get_text(address: str) -> str:
    """Fetch a short text."""
    async with _exchange("GET", address) as answer:
        return await _text(answer)


async def post_text(address: str, headers: Mapping[str, str], body: bytes) -> str:
    """Send a body, fetch a short text."""
    async with _exchange("POST", address, headers, body) as answer:
        return await _text(answer)


async def download(address: str, whole: bool) -> int:
    """Fetch a file and throw it away: how many bytes came. Not WHOLE: hang up once the server begins to send."""
    async with _exchange("GET", address) as answer:
        if answer.status != 200:
            raise Refused(answer.status, address)
        received = 0
        while whole and (chunk := await answer.body.read(_CHUNK)):
            received += len(chunk)
        return received


async def _text(answer: _Answer) -> str:
    if answer.length > _LARGEST_TEXT:
        raise Refused(answer.status, "no text is that long")
    text = (await answer.body.readexactly(answer.length)).decode()
    if answer.status != 200:
        raise Refused(answer.status, text)
    return text


@asynccontextmanager
async def _exchange(
    method: str, address: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> AsyncIterator[_Answer]:
    parts = urlsplit(address)
    async with asyncio.timeout(_ANSWER_S):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        try:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            head = {"Host": parts.netloc, "Connection": "close", "Content-Length": str(len(body)), **(headers or {})}
            lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
            writer.write("\r\n".join(lines).encode() + body)
            yield _parse_head(await reader.readuntil(b"\r\n\r\n"), reader)
        finally:
            writer.close()


def _parse_head(head: bytes, body: asyncio.StreamReader) -> _Answer:
    text = head.decode("latin-1").lower()
    length = re.search(r"\r\ncontent-length: *(\d+)", text)
    return _Answer(int(text.split(" ", 2)[1]), int(length[1]) if length else 0, body)
