"""How far work is that goes on by itself: a note that a worker holds a lock on, and the worker that is left behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

NOTE_BYTES = 8192  # a path, or a reason of 300 characters that are all escaped
END_S = 30


class Refused(Exception):
    """Why it is not done, for the operator."""


class Note:
    """A line of JSON of one length, so that it is read whole or not at all. What it says is of one version of a volume.

    There is one for all versions, so that no two workers are at one volume.
    """

    def __init__(self, path: str, version: int = 0) -> None:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self.version = version

    def lock(self) -> bool:
        """Whether it is ours now; the worker holds it for as long as it lives."""
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def read(self) -> dict[str, Any]:
        """What it says, if that is of this version; nothing otherwise."""
        said = self._read()
        return said if said.get("version", 0) == self.version else {}

    def seen(self) -> dict[str, Any]:
        """The same; work that nobody does any more is broken off."""
        said = self.read()
        if said.get("state") == "working" and self.lock():
            said = self.read()  # the worker may have come to its end meanwhile
            if said.get("state") == "working":
                said["state"] = "broken off"
        return said

    def write(self, **said: Any) -> None:
        line = json.dumps({**said, "version": self.version}).encode()[: NOTE_BYTES - 1]
        os.pwrite(self.file, line.ljust(NOTE_BYTES - 1) + b"\n", 0)

    def end_worker(self) -> None:
        """Of whatever version, with all that it started. Raises Refused when it does not end."""
        until = time.monotonic() + END_S
        while not self.lock():
            if time.monotonic() > until:
                raise Refused("the worker does not end")
            worker = self._read().get("pid", 0)
            if any(self._is_open_in(process) for process in _group(worker)):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(worker, signal.SIGKILL)
            time.sleep(0.1)

    def _is_open_in(self, process: int) -> bool:
        """By its number that process may be another one since: a worker of ours has the note open."""
        files, ours = f"/proc/{process}/fd", os.fstat(self.file)
        with contextlib.suppress(OSError):
            return any(os.path.samestat(os.stat(f"{files}/{name}"), ours) for name in os.listdir(files))
        return False

    def _read(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(os.pread(self.file, NOTE_BYTES, 0) or b"{}")
        return said


def _group(leader: int) -> list[int]:
    """The processes of this group; its leader may have ended before them."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if leader and os.getpgid(int(name)) == leader:
                found.append(int(name))
    return found


def leave_worker(note: Note, work: Callable[[Callable[[int, int], None]], dict[str, Any]]) -> None:
    """A process does the work and notes how far it is, and what the work says at its end. Returns at once."""
    note.write(state="working")
    if os.fork():
        return
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)

    def tell(done: int, total: int) -> None:
        note.write(state="working", done=done, total=total, pid=os.getpid())

    tell(0, 0)
    try:
        said = work(tell)
    except Exception as error:  # noqa: BLE001 # whatever a source does to its reader: the note has to tell
        because = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
        note.write(state="failed", because=because[:300])
    else:
        note.write(state="filled", **said)
    os._exit(0)
