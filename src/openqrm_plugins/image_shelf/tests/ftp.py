"""A small FTP server, as far as a shelf needs one: it cuts off, and tells where it was asked to begin."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Ftp:
    """Serves `folder` to the reader whose password is sesame; each file is cut off after the next of `cuts` bytes."""

    folder: Path
    port: int = 0
    cuts: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ftp://127.0.0.1:{self.port}"


class _Talk(socketserver.StreamRequestHandler):
    ftp: Ftp

    def handle(self) -> None:
        offset, waiting = 0, None
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb, _, word = line.partition(" ")
            match verb:
                case "USER":
                    self.say("331 and the password")
                case "PASS":
                    self.say("230 in" if word == "sesame" else "530 not in")
                case "TYPE":
                    self.say("200 bytes")
                case "REST":
                    offset = int(word)
                    self.say("350 from there")
                case "PASV":
                    waiting = socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler)
                    high, low = divmod(waiting.server_address[1], 256)
                    self.say(f"227 at (127,0,0,1,{high},{low})")
                case "RETR" if waiting:
                    self.lend(waiting, self.ftp.folder / word.lstrip("/"), offset)
                case _:
                    self.say("502 what?")

    def lend(self, waiting: socketserver.TCPServer, path: Path, offset: int) -> None:
        if not path.exists():
            self.say("550 no such file")
            return
        self.say("150 it comes")
        self.ftp.offsets.append(offset)
        content = path.read_bytes()[: self.ftp.cuts.pop(0) if self.ftp.cuts else None]
        data, _ = waiting.get_request()
        with waiting, data:
            data.sendall(content[offset:])

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def ftp(folder: Path) -> Iterator[Ftp]:
    made = Ftp(folder)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("Talk", (_Talk,), {"ftp": made})) as listening:
        listening.daemon_threads = True
        made.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield made
        listening.shutdown()
