"""Notice that code which has to be pure opens a file, a socket or a process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CONTACTS = frozenset(
    {"open", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.system", "socket.bind", "socket.connect",
     "socket.getaddrinfo", "socket.gethostbyname", "sqlite3.connect", "subprocess.Popen"}
)  # fmt: skip
_noted = threading.local()


def _hear(event: str, args: tuple[object, ...]) -> None:
    noted: list[str] | None = getattr(_noted, "list", None)
    if noted is not None and event in CONTACTS:
        noted.append(f"{event} {args[0] if args else ''}")


_installed: list[bool] = []  # an audit hook stays for good, so it is added once


@contextmanager
def world_contacts() -> Iterator[list[str]]:
    """A list that fills with every contact this thread makes with the world."""
    if not _installed:
        sys.addaudithook(_hear)
        _installed.append(True)
    _noted.list = []
    try:
        yield _noted.list
    finally:
        _noted.list = None
