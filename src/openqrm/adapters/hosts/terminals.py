"""Terminals by SSH, each on a connection of its own: a long session delays no command."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from openqrm.adapters.hosts.local_terminal import open_here
from openqrm.adapters.hosts.ssh_connection import HINT, SshAccess, connect, told_as_steps
from openqrm.domain.errors import Category, StepError
from openqrm.domain.resource import SELF
from openqrm.ports.terminals import OpenTerminal

CHUNK = 65536
KIND = "xterm-256color"


@dataclass
class SshTerminal:
    """ports.terminals.OpenTerminal."""

    connection: asyncssh.SSHClientConnection
    process: asyncssh.SSHClientProcess[bytes]

    async def read(self) -> bytes:
        """See ports.terminals.OpenTerminal."""
        return await self.process.stdout.read(CHUNK)

    async def write(self, typed: bytes) -> None:
        """See ports.terminals.OpenTerminal."""
        self.process.stdin.write(typed)
        await self.process.stdin.drain()

    def resize(self, columns: int, rows: int) -> None:
        """See ports.terminals.OpenTerminal."""
        self.process.change_terminal_size(columns, rows)

    async def close(self) -> None:
        """See ports.terminals.OpenTerminal."""
        self.connection.abort()
        await self.connection.wait_closed()


@dataclass(frozen=True)
class SshTerminals:
    """ports.terminals.Terminals, for resources that are reached by SSH, and this machine's own commands."""

    key_file: Path
    find_access: Callable[[str], SshAccess | None]

    async def open(self, host: str, argv: tuple[str, ...], columns: int, rows: int) -> OpenTerminal:
        """See ports.terminals.Terminals. On openQRM's own machine commands of plugins alone: no shell as itself."""
        if host == SELF and argv:
            return open_here(argv, columns, rows, KIND)
        access = await asyncio.to_thread(self.find_access, host)
        if access is None:
            own = "it is the machine openQRM runs on" if host == SELF else "it is not reached by SSH"
            hint = f"Give it a key to be known by: openqrm resource edit {host} --ssh-host-key KEY"
            raise StepError(Category.UNAVAILABLE, f"there is no terminal on {host}: {own}", hint)
        with told_as_steps(access):
            try:
                connection = await connect(access, self.key_file)
            except TimeoutError:
                raise StepError(Category.UNAVAILABLE, f"{access.address} does not answer by SSH", HINT) from None
            try:
                process = await connection.create_process(
                    shlex.join(argv) or None, term_type=KIND, term_size=(columns, rows), encoding=None
                )
            except BaseException:
                connection.abort()
                raise
        return SshTerminal(connection, process)
