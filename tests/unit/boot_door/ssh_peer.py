"""A machine's sshd on loopback, as little of it as a test needs: it lets one key in, and runs what it is told here."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import asyncssh

from tests.unit.boot_door.site import public

Reader = asyncio.StreamReader | asyncssh.SSHReader[bytes]
Task = asyncio.Task[None]
Writer = asyncio.StreamWriter | asyncssh.SSHWriter[bytes]


class SshPeer(asyncssh.SSHServer):
    """Lets root in with this key, or by this password where there is one."""

    def __init__(self, key: str, password: str = "") -> None:
        self._key, self._password = key, password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "root" and public(key) == self._key

    def password_auth_supported(self) -> bool:
        return bool(self._password)

    def validate_password(self, username: str, password: str) -> bool:
        return username == "root" and password == self._password


async def _shell(at_work: set[Task], process: asyncssh.SSHServerProcess[bytes]) -> None:
    assert process.command
    task = asyncio.current_task()
    assert task
    at_work.add(task)
    task.add_done_callback(at_work.discard)
    child = await asyncio.create_subprocess_exec(
        "sh", "-c", process.command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    assert child.stdin and child.stdout and child.stderr
    given = asyncio.create_task(_hand_on(process.stdin, child.stdin))
    try:
        await asyncio.gather(_hand_on(child.stdout, process.stdout), _hand_on(child.stderr, process.stderr))
        process.exit(await child.wait())
    finally:
        given.cancel()
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


async def _hand_on(source: Reader, sink: Writer) -> None:
    """To its end, which may be that the connection is lost."""
    with suppress(ConnectionError, asyncssh.Error):
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
    with suppress(OSError):
        sink.write_eof()


@contextmanager
def ssh_peer(host_key: asyncssh.SSHKey, admitted: str, password: str = "") -> Iterator[int]:
    """Its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    at_work: set[Task] = set()
    acceptor = asyncio.run_coroutine_threadsafe(_listen(host_key, admitted, password, at_work), loop).result(20)
    yield acceptor.get_port()
    asyncio.run_coroutine_threadsafe(_see_ended(at_work), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _see_ended(at_work: set[Task]) -> None:
    """What was hung up on."""
    for task in at_work:
        task.cancel()
    await asyncio.gather(*at_work, return_exceptions=True)


async def _listen(host_key: asyncssh.SSHKey, admitted: str, password: str, at_work: set[Task]) -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: SshPeer(admitted, password), process_factory=partial(_shell, at_work),
        server_host_keys=[host_key], encoding=None,
    )  # fmt: skip
