"""A machine's sshd on loopback, as little of it as a test needs: it lets one key in, and runs what it is told here."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from tests.unit.boot_door.site import public


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


async def _shell(process: asyncssh.SSHServerProcess[bytes]) -> None:
    given = await process.stdin.read()
    assert process.command
    done = subprocess.run(["sh", "-c", process.command], input=given, capture_output=True)
    process.stdout.write(done.stdout)
    process.stderr.write(done.stderr)
    process.exit(done.returncode)


@contextmanager
def ssh_peer(host_key: asyncssh.SSHKey, admitted: str, password: str = "") -> Iterator[int]:
    """Its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(_listen(host_key, admitted, password), loop).result(20)
    yield acceptor.get_port()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _listen(host_key: asyncssh.SSHKey, admitted: str, password: str) -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: SshPeer(admitted, password), process_factory=_shell,
        server_host_keys=[host_key], encoding=None,
    )  # fmt: skip
