"""The other end of RFB (RFC 6143), as far as a picture needs it, and a screen that needs no machine."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

VERSION = b"RFB 003.008\n"
NO_PASSWORD, RAW = 1, 0
LOOKS = 200


@dataclass
class Viewer:
    """Reads what it needs and no more."""

    receive: Callable[[], bytes]
    send: Callable[[bytes], None]
    _kept: bytes = b""

    def begin(self) -> tuple[int, int]:
        """Shake hands; the size of the screen."""
        assert self._take(len(VERSION)) == VERSION
        self.send(VERSION)
        assert NO_PASSWORD in self._take(self._take(1)[0])
        self.send(bytes([NO_PASSWORD]))
        assert self._take(4) == bytes(4)
        self.send(b"\x01")
        width, height = struct.unpack(">HH", self._take(4))
        self._take(16)
        self._take(struct.unpack(">I", self._take(4))[0])
        return width, height

    def painted(self) -> tuple[int, int]:
        """The size of the screen, once there is more on it than one colour: for a moment a firmware shows none."""
        size = self.begin()
        for _ in range(LOOKS):
            if len(self.colours(*size)) > 1:
                return size
        raise AssertionError("the picture is all of one colour")

    def colours(self, width: int, height: int) -> set[bytes]:
        """All of the picture, once."""
        self.send(struct.pack(">BxHi", 2, 1, RAW))
        self.send(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))
        found: set[bytes] = set()
        kind, rectangles = struct.unpack(">BxH", self._take(4))
        assert kind == 0
        for _ in range(rectangles):
            _, _, across, down, encoding = struct.unpack(">HHHHi", self._take(12))
            assert encoding == RAW
            pixels = self._take(across * down * 4)
            found.update(pixels[start : start + 4] for start in range(0, len(pixels), 4))
        return found

    def _take(self, size: int) -> bytes:
        while len(self._kept) < size:
            got = self.receive()
            assert got, "the screen has ended"
            self._kept += got
        taken, self._kept = self._kept[:size], self._kept[size:]
        return taken


@dataclass
class Echo:
    """Greets as a screen does, then says each word again."""

    path: Path
    came: list[bytes] = field(default_factory=list)


@contextmanager
def echoing(path: Path) -> Iterator[Echo]:
    """Listens at a Unix socket."""
    echo = Echo(path)

    def answer() -> None:
        while True:
            try:
                viewer, _ = listening.accept()
            except OSError:
                return
            with viewer:
                viewer.sendall(VERSION)
                while typed := viewer.recv(65536):
                    echo.came.append(typed)
                    viewer.sendall(typed)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield echo
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()
