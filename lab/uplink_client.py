"""A machine's side of the uplink: lines over one SSH connection."""

import os
from collections.abc import Callable
from functools import lru_cache

import asyncssh

from lab.boot_script import Orders

_LONGEST_LINE = 3 * 1024 * 1024
_LOGIN_S = 60

# dropbear's offers in dropbear's order, so that the server's choice costs it what real machines cost
_KEX = ["curve25519-sha256"]
_HOST_KEYS = ["ssh-ed25519"]
_CIPHERS = ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-ctr"]
_MACS = ["hmac-sha1", "hmac-sha2-256"]


class Uplink(asyncssh.SSHClientSession[bytes]):
    """One connection: calls back for each line, and once when the connection is lost."""

    def __init__(self, on_line: Callable[[str], None], on_lost: Callable[[], None]) -> None:
        self._on_line = on_line
        self._on_lost = on_lost
        self._received = b""
        self._connection: asyncssh.SSHClientConnection
        self._channel: asyncssh.SSHClientChannel[bytes]

    async def open(self, orders: Orders, key: asyncssh.SSHKey | list[asyncssh.SSHKey]) -> None:
        """Log in with the key of this boot, to the server with the pinned host key only."""
        self._connection = await asyncssh.connect(
            orders.uplink_host,
            orders.uplink_port,
            username=f"boot-{orders.boot}",
            client_keys=key if isinstance(key, list) else [key],
            known_hosts=([_import_key(orders.host_key)], [], []),
            login_timeout=_LOGIN_S,
            kex_algs=_KEX,
            server_host_key_algs=_HOST_KEYS,
            encryption_algs=_CIPHERS,
            mac_algs=_MACS,
            compression_algs=["none"],
            # and no looking about for anything else
            preferred_auth="publickey",
            config=None,
            agent_path=None,
            gss_host=None,
        )
        try:
            await self._connection.create_session(lambda: self, "uplink", encoding=None)
        except BaseException:
            self._connection.abort()
            raise

    @property
    def cipher(self) -> str:
        """What both ends have agreed on."""
        return str(self._connection.get_extra_info("send_cipher"))

    def send(self, line: str) -> None:
        """Write one line."""
        self._channel.write(line.encode() + b"\n")

    def close(self) -> None:
        """End the connection in good order."""
        self._connection.close()

    def fall_silent(self) -> int:
        """Stop answering without a word to the server, as a machine without power does.

        Returns the descriptor that keeps the connection open in the kernel; closing it tells the server.
        """
        kept = os.dup(self._connection.get_extra_info("socket").fileno())
        self._connection.abort()
        return kept

    def connection_made(self, channel: asyncssh.SSHClientChannel[bytes]) -> None:
        """Lines may come, and want an answer, before `open` returns."""
        self._channel = channel

    def data_received(self, data: bytes, _datatype: asyncssh.DataType) -> None:
        """Take lines apart."""
        *lines, self._received = (self._received + data).split(b"\n")
        if len(self._received) > _LONGEST_LINE:
            self._connection.abort()
        for line in lines:
            self._on_line(line.decode())

    def connection_lost(self, _error: Exception | None) -> None:
        """Say so."""
        self._on_lost()


@lru_cache(maxsize=16)
def _import_key(base64: str) -> asyncssh.SSHKey:
    return asyncssh.import_public_key(f"ssh-ed25519 {base64}")
