"""Terminals of commands on the machine that openQRM itself runs on."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import Callable
from dataclasses import dataclass

from openqrm.adapters.hosts.local import ENVIRONMENT
from openqrm.domain.errors import Category, StepError
from openqrm.domain.resource import SELF

CHUNK = 65536


@dataclass
class LocalTerminal:
    """ports.terminals.OpenTerminal."""

    descriptor: int
    process: subprocess.Popen[bytes]

    async def read(self) -> bytes:
        """See ports.terminals.OpenTerminal."""
        loop = asyncio.get_running_loop()
        await self._ready(loop.add_reader, loop.remove_reader)
        try:
            return os.read(self.descriptor, CHUNK)
        except OSError:  # so a terminal tells that nobody has its other end any more
            return b""

    async def write(self, typed: bytes) -> None:
        """See ports.terminals.OpenTerminal."""
        loop = asyncio.get_running_loop()
        while typed:
            await self._ready(loop.add_writer, loop.remove_writer)
            try:
                typed = typed[os.write(self.descriptor, typed) :]
            except OSError:
                return  # it has ended, as `read` tells

    def resize(self, columns: int, rows: int) -> None:
        """See ports.terminals.OpenTerminal."""
        _set_size(self.descriptor, columns, rows)

    async def close(self) -> None:
        """See ports.terminals.OpenTerminal."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await asyncio.to_thread(self.process.wait)
        os.close(self.descriptor)

    async def _ready(self, add: Callable[..., object], remove: Callable[[int], object]) -> None:
        ready = asyncio.Event()
        add(self.descriptor, ready.set)
        try:
            await ready.wait()
        finally:
            remove(self.descriptor)


def open_here(argv: tuple[str, ...], columns: int, rows: int, kind: str) -> LocalTerminal:
    """Run this command. Raises StepError `unavailable`."""
    ours, theirs = os.openpty()
    _set_size(ours, columns, rows)
    os.set_blocking(ours, False)
    try:
        process = subprocess.Popen(
            argv, stdin=theirs, stdout=theirs, stderr=theirs, cwd="/", env={**ENVIRONMENT, "TERM": kind},
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        os.close(ours)
        hint = "Install it on the machine that openQRM runs on."
        raise StepError(Category.UNAVAILABLE, f"{argv[0]} on {SELF}: {error.strerror}", hint) from error
    finally:
        os.close(theirs)
    return LocalTerminal(ours, process)


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
