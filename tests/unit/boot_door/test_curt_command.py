"""A command that has ended before it could be given its standard input, as a short one at a real sshd may."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncssh
import pytest

from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from tests.unit.boot_door.site import new_key, public
from tests.unit.boot_door.ssh_peer import SshPeer

HOST_KEY, OWN = new_key(), new_key()


class _Curt(asyncssh.SSHServerSession[bytes]):
    """Ends in the same breath in which it begins."""

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._chan = chan

    def exec_requested(self, command: str) -> bool:
        return True

    def session_started(self) -> None:
        self._chan.exit(3)


class _Peer(SshPeer):
    def session_requested(self) -> _Curt:
        return _Curt()


@pytest.fixture
def port() -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(_listen(), loop).result(20)
    yield acceptor.get_port()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _listen() -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        "127.0.0.1", 0, server_factory=partial(_Peer, public(OWN)), server_host_keys=[HOST_KEY], encoding=None
    )


def test_its_status_is_told(port: int, tmp_path: Path) -> None:
    OWN.write_private_key(str(tmp_path / "own"))
    hosts = SshHosts(tmp_path / "own")
    hosts.start()
    try:
        host = hosts.host(SshAccess("127.0.0.1", public(HOST_KEY), port=port))
        for _ in range(100):
            assert host.run(("true",), stdin=b"anything").status == 3
    finally:
        hosts.close()
