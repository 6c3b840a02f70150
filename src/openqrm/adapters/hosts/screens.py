"""Screens of machines: a socket that listens on the machine alone, reached through its SSH."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from openqrm.adapters.hosts.ssh_connection import CONNECT_TIMEOUT_S, HINT, SshAccess, connect, told_as_steps
from openqrm.domain.errors import Category, StepError
from openqrm.domain.resource import SELF
from openqrm.ports.world import Host

CHUNK = 65536
LOOK_S = 20.0
FIRST_PORT = 5900
LEAST_PORT = 1024
_PATH = re.compile(r"vnc\+unix://(/[!-~]{1,106})")  # a longer one fits into no socket address
_PORT = re.compile(r"vnc://(?:127\.0\.0\.1|localhost):([0-9]{1,5})")
_OFF_HINT = "Look whether the machine is on: it has a screen only while it runs."


@dataclass(frozen=True)
class Socket:
    """Where it listens: a path, or a port of 127.0.0.1."""

    path: str = ""
    port: int = 0


@dataclass
class OpenScreen:
    """ports.terminals.OpenTerminal; its SSH connection ends with it."""

    reader: asyncio.StreamReader | asyncssh.SSHReader[bytes]
    writer: asyncio.StreamWriter | asyncssh.SSHWriter[bytes]
    connection: asyncssh.SSHClientConnection | None = None

    async def read(self) -> bytes:
        """See ports.terminals.OpenTerminal."""
        return await self.reader.read(CHUNK)

    async def write(self, typed: bytes) -> None:
        """See ports.terminals.OpenTerminal."""
        self.writer.write(typed)
        await self.writer.drain()

    def resize(self, columns: int, rows: int) -> None:
        """Its protocol has words of its own for that."""

    async def close(self) -> None:
        """See ports.terminals.OpenTerminal."""
        if self.connection:
            self.connection.abort()
            await self.connection.wait_closed()
        else:
            self.writer.close()


@dataclass(frozen=True)
class HostScreens:
    """ports.terminals.Screens: of this machine directly, of others by SSH."""

    key_file: Path
    find_access: Callable[[str], SshAccess | None]
    host: Callable[[str], Host]

    async def open(self, host: str, argv: tuple[str, ...], address: str) -> OpenScreen:
        """See ports.terminals.Screens."""
        place = parse_socket(host, address or await asyncio.to_thread(self._look, host, argv))
        if host == SELF:
            return await _open_here(place)
        access = await asyncio.to_thread(self.find_access, host)
        if access is None:
            hint = f"Give it a key to be known by: openqrm resource edit {host} --ssh-host-key KEY"
            raise StepError(Category.UNAVAILABLE, f"no screen of {host} can be shown: it is not reached by SSH", hint)
        with told_as_steps(access):
            try:
                connection = await connect(access, self.key_file)
            except TimeoutError:
                raise StepError(Category.UNAVAILABLE, f"{access.address} does not answer by SSH", HINT) from None
            return await _open_through(connection, place, host)

    def _look(self, host: str, argv: tuple[str, ...]) -> str:
        done = self.host(host).run(argv, timeout_s=LOOK_S, environment={"LC_ALL": "C"})
        if done.status != 0:
            said = (done.err.strip().splitlines() or ["it said nothing"])[-1].removeprefix("error: ")
            raise StepError(Category.UNAVAILABLE, f"{host} shows no screen: {said[:80]}", _OFF_HINT)
        return done.out


def parse_socket(host: str, text: str) -> Socket:
    """`vnc+unix://PATH`, or `vnc://127.0.0.1:PORT`, where a small number is a display, as virsh has it."""
    text = text.strip()
    if found := _PATH.fullmatch(text):
        return Socket(path=found[1])
    if (found := _PORT.fullmatch(text)) and int(found[1]) < 65536:
        number = int(found[1])
        return Socket(port=number if number >= LEAST_PORT else FIRST_PORT + number)
    hint = "A screen has to be at a Unix socket or at 127.0.0.1 of that machine: nobody else may reach it."
    raise StepError(Category.UNSUPPORTED, f"{host} shows a screen at {text[:60]!r}", hint)


async def _open_here(place: Socket) -> OpenScreen:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            if place.path:
                return OpenScreen(*await asyncio.open_unix_connection(place.path))
            return OpenScreen(*await asyncio.open_connection("127.0.0.1", place.port))
    except (OSError, TimeoutError) as error:
        raise _silent(SELF, place) from error


async def _open_through(connection: asyncssh.SSHClientConnection, place: Socket, host: str) -> OpenScreen:
    """The connection is the screen's own, and ends with it."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            if place.path:
                reader, writer = await connection.open_unix_connection(place.path)
            else:
                reader, writer = await connection.open_connection("127.0.0.1", place.port)
        return OpenScreen(reader, writer, connection)
    except (asyncssh.ChannelOpenError, TimeoutError) as error:
        connection.abort()
        raise _silent(host, place) from error
    except BaseException:
        connection.abort()
        raise


def _silent(host: str, place: Socket) -> StepError:
    where = place.path or f"port {place.port}"
    hint = f"Look whether a VNC service listens there, and whether sshd of {host} allows forwarding to it."
    return StepError(Category.UNAVAILABLE, f"nothing answers at {where} of {host}", hint)
