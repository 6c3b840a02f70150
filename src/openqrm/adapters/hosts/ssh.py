"""Machines by SSH, with this installation's own key, and only those whose host key is known."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncssh

from openqrm.adapters.hosts.lasting_tools import LastingTools
from openqrm.adapters.hosts.remote import RemoteHost, Wire
from openqrm.adapters.hosts.ssh_command import run_command
from openqrm.adapters.hosts.ssh_connection import HINT, SshAccess, connect, told_as_steps
from openqrm.domain.errors import Category, Ending, StepError
from openqrm.ports.uplink import Executed
from openqrm.ports.world import Completed, LineTool


class SshHost(RemoteHost):
    """A machine whose tools may stay."""

    def __init__(
        self,
        name: str,
        wire: Wire,
        talk: Callable[[LineTool, str, float], Executed],
    ) -> None:
        super().__init__(name, wire)
        self._talk = talk

    def talk(self, tool: LineTool, line: str, *, timeout_s: float = 120) -> Completed:
        """See ports.world.KeepsTools."""
        done = self._talk(tool, line, timeout_s)
        return Completed(done.status, done.out.decode("utf-8", "replace"), done.err.decode("utf-8", "replace"))


@dataclass
class SshHosts:
    """Keeps one connection a machine, in a thread with an event loop of its own."""

    key_file: Path
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _open: dict[SshAccess, asyncssh.SSHClientConnection] = field(default_factory=dict)
    _thread: threading.Thread | None = None
    _tools: LastingTools = field(default_factory=LastingTools)
    _commands: set[Future[Executed]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ending: bool = False

    def host(self, access: SshAccess) -> SshHost:
        """This machine; nothing is connected yet."""
        return SshHost(access.address, partial(self._execute, access), partial(self._talk, access))

    def stands(self, access: SshAccess) -> bool:
        """Whether a connection stands; one of which nothing is heard for half a minute does not."""
        found = self._open.get(access)
        return found is not None and not found.is_closed()

    def start(self) -> None:
        """Before the first command."""
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh", daemon=True)
        self._thread.start()

    def end_commands(self) -> None:
        """Whoever waits for a command gets Ending, and so does whoever asks for one from now on."""
        with self._lock:
            self._ending = True
            commands = list(self._commands)
        for each in commands:
            each.cancel()

    def close(self) -> None:
        """Hang up."""
        for connection in self._open.values():
            self._loop.call_soon_threadsafe(connection.abort)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread:
            self._thread.join()
        self._loop.close()

    def _execute(self, access: SshAccess, argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed:
        return self._wait(access, argv[0], self._run(access, argv, stdin, timeout_s), timeout_s)

    def _talk(self, access: SshAccess, tool: LineTool, line: str, timeout_s: float) -> Executed:
        return self._wait(access, tool.argv[0], self._say(access, tool, line, timeout_s), timeout_s)

    def _wait(self, access: SshAccess, name: str, work: Coroutine[None, None, Executed], timeout_s: float) -> Executed:
        ended = self._begin(work)
        try:
            with told_as_steps(access):
                return ended.result()
        except CancelledError:
            raise Ending from None
        except TimeoutError:
            raise StepError(
                Category.UNAVAILABLE, f"{name} on {access.address} did not end within {timeout_s:.0f} s", HINT
            ) from None
        finally:
            with self._lock:
                self._commands.discard(ended)

    def _begin(self, work: Coroutine[None, None, Executed]) -> Future[Executed]:
        with self._lock:
            if self._ending:
                work.close()
                raise Ending
            ended = asyncio.run_coroutine_threadsafe(work, self._loop)
            self._commands.add(ended)
            return ended

    async def _run(self, access: SshAccess, argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed:
        connection = await self._connected(access)
        async with asyncio.timeout(timeout_s):
            return await run_command(connection, argv, stdin)

    async def _say(self, access: SshAccess, tool: LineTool, line: str, timeout_s: float) -> Executed:
        connection = await self._connected(access)
        async with asyncio.timeout(timeout_s):
            return await self._tools.talk(connection, tool, line)

    async def _connected(self, access: SshAccess) -> asyncssh.SSHClientConnection:
        found = self._open.get(access)
        if found is not None and not found.is_closed():
            return found
        connection = await connect(access, self.key_file)
        self._open[access] = connection
        return connection
