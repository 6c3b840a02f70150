"""One command on a machine by SSH. A session of our own, for asyncssh's streams cost as much again as the command."""

from __future__ import annotations

import asyncio
import shlex
from contextlib import suppress

import asyncssh

from openqrm.ports.uplink import Executed
from openqrm.ports.world import LONGEST_STREAM


class _Listener(asyncssh.SSHClientSession[bytes]):
    """Keeps the first mebibyte of what is printed; the rest is taken too, or the command would hang."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        kept = self.err if datatype == asyncssh.EXTENDED_DATA_STDERR else self.out
        kept += data[: LONGEST_STREAM - len(kept)]

    def connection_lost(self, exc: Exception | None) -> None:
        """Also how a command ends that has ended well: then without an error."""
        if self.ended.done():
            return
        if exc:
            self.ended.set_exception(exc)
        else:
            self.ended.set_result(None)


async def run_command(connection: asyncssh.SSHClientConnection, argv: tuple[str, ...], stdin: bytes) -> Executed:
    """Its end. Cancelled, the command is hung up on."""
    # sshd hands what it gets to the user's shell: so each word is quoted
    listener = _Listener()
    channel, _ = await connection.create_session(lambda: listener, shlex.join(argv), encoding=None)
    try:
        with suppress(BrokenPipeError):  # a short command may have ended before it is given anything
            channel.write(stdin)
            channel.write_eof()
        await listener.ended
    finally:
        channel.close()
    status = channel.get_returncode()
    return Executed(255 if status is None else status & 0xFF, bytes(listener.out), bytes(listener.err))
