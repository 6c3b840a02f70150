"""Tools that stay on machines by SSH, for the next line."""

from __future__ import annotations

import asyncio
import secrets
import shlex
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import asyncssh

from openqrm.adapters.hosts.remote import WITH_ENVIRONMENT, render_environment
from openqrm.domain.errors import Category, StepError
from openqrm.ports.uplink import Executed
from openqrm.ports.world import LONGEST_STREAM, LineTool

IDLE_S = 30.0
MOST_IDLE = 2  # of one tool on one machine


class _Running(asyncssh.SSHClientSession[bytes]):
    """One that runs, for one line at a time. Marks of their own enclose each answer, so it is told from any other."""

    channel: asyncssh.SSHClientChannel[bytes]

    def __init__(self, tool: LineTool) -> None:
        self._tool = tool
        self._out, self._err = bytearray(), bytearray()
        self._marks = (b"", b"")  # the last ones on standard output and on standard error
        self._answered: asyncio.Future[None] | None = None
        self.has_ended = False
        self.leave: asyncio.TimerHandle | None = None  # at the end of its rest

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        stream = self._err if datatype == asyncssh.EXTENDED_DATA_STDERR else self._out
        stream += data
        if self._answered and not self._answered.done():
            if len(stream) > LONGEST_STREAM:
                self._answered.set_exception(_too_long(self._tool))
            elif self._marks[0] in self._out and self._marks[1] in self._err:
                self._answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.has_ended = True
        if self._answered and not self._answered.done():
            if exc:
                self._answered.set_exception(exc)
            else:
                self._answered.set_result(None)

    def is_fit(self) -> bool:
        """Whether it still runs, and has not complained while nobody had asked it anything."""
        return not self.has_ended and not self._err

    async def ask(self, line: str) -> Executed:
        """Its answer. One that ended tells its status and all that it said."""
        mark = secrets.token_hex(8)
        begin, end, last = (f"{mark}{letter}" for letter in "bez")
        say, say_err = self._tool.say, self._tool.say_err
        # What it says of a line that it does not understand comes without marks on standard output but the last.
        script = f"{say} {_typed(begin)}; {line}; {say} {_typed(end)}\n{say_err} {_typed(end)}\n{say} {_typed(last)}\n"
        self._out.clear()
        self._marks = last.encode(), end.encode()
        self._answered = asyncio.get_running_loop().create_future()
        self.channel.write(script.encode())
        await self._answered
        if self._marks[0] not in self._out or self._marks[1] not in self._err:
            return Executed(self.channel.get_returncode() or 255, bytes(self._out), bytes(self._err))
        out = self._out.partition(begin.encode())[2].partition(end.encode())[0]
        err = self._err.partition(end.encode())[0]
        err = err[: err.rfind(b"\n") + 1]  # the mark may have words before it
        self._err.clear()
        return Executed(0, bytes(out), bytes(err))

    def end(self) -> None:
        """Hang up on it."""
        self.has_ended = True
        self.channel.close()


@dataclass
class LastingTools:
    """Those that rest, by connection. Used in one event loop only."""

    _idle: WeakKeyDictionary[asyncssh.SSHClientConnection, dict[LineTool, list[_Running]]] = field(
        default_factory=WeakKeyDictionary
    )

    async def talk(self, connection: asyncssh.SSHClientConnection, tool: LineTool, line: str) -> Executed:
        """What the tool says to this line; cancelled, it is hung up on."""
        idle = self._idle.setdefault(connection, {}).setdefault(tool, [])
        running = _take(idle) or await _start(connection, tool)
        try:
            said = await running.ask(line)
        except BaseException:
            running.end()
            raise
        if running.is_fit() and len(idle) < MOST_IDLE:
            idle.append(running)
            running.leave = asyncio.get_running_loop().call_later(IDLE_S, _end, running, idle)
        else:
            running.end()
        return said


def _take(idle: list[_Running]) -> _Running | None:
    while idle:
        running = idle.pop()
        if running.leave:
            running.leave.cancel()
        if running.is_fit():
            return running
        running.end()
    return None


def _end(running: _Running, idle: list[_Running]) -> None:
    idle.remove(running)
    running.end()


async def _start(connection: asyncssh.SSHClientConnection, tool: LineTool) -> _Running:
    running = _Running(tool)
    command = shlex.join((*WITH_ENVIRONMENT, *tool.argv))
    running.channel, _ = await connection.create_session(lambda: running, command, encoding=None)
    running.channel.write(render_environment(dict(tool.environment)) or b"\n")
    return running


def _typed(mark: str) -> str:
    """As it is typed, which an echo of the line does not mistake for what is said."""
    return f'"{mark[:4]}"{mark[4:]}'


def _too_long(tool: LineTool) -> StepError:
    message = f"{tool.argv[0]} said more than 1 MiB at once"
    return StepError(Category.UNAVAILABLE, message, "Run it by hand to see what it says.")
