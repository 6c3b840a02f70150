"""One machine's connection: lets in the key of this boot alone, takes lines apart, hands them on."""

from __future__ import annotations

import time
from typing import Protocol

import asyncssh
import structlog

from openqrm.boot.registering import resource_of
from openqrm.boot.uplink.limits import MOST_TRIES, Allowance
from openqrm.boot.uplink.lines import LONGEST_LINE, LONGEST_REPORT, Line, parse_line
from openqrm.domain.boot import Boot
from openqrm.domain.errors import OpenqrmError

log = structlog.get_logger()
USER_PREFIX = "boot-"
ENDING_SILENCE_S = 2
MOST_WAITING_BYTES = 2 * LONGEST_LINE


class Hall(Protocol):
    """What a session needs of the listener."""

    def admit(self, peer: str) -> bool: ...
    def let_go(self, peer: str) -> None: ...
    def awaits_answer(self, session: Session) -> bool: ...
    def flooded(self, session: Session) -> None: ...
    async def find_boot(self, resource: str) -> Boot | None: ...
    def opened(self, session: Session) -> None: ...
    def heard(self, session: Session, line: Line) -> None: ...
    def closed(self, session: Session) -> None: ...


class Doorkeeper(asyncssh.SSHServer):
    """Public keys only, and of these only the one that was registered for this very boot."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._boot: Boot | None = None
        self._connection: asyncssh.SSHServerConnection
        self._peer, self._waits, self._tries = "", False, 0

    def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
        """Before anything is known of it."""
        self._connection = connection
        peer = connection.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        self._waits = self._hall.admit(self._peer)
        if not self._waits:
            connection.abort()

    def auth_completed(self) -> None:
        """It waits no longer."""
        self._leave()

    def connection_lost(self, _error: Exception | None) -> None:
        """However it ended."""
        self._leave()

    async def begin_auth(self, username: str) -> bool:
        """Look the boot up once; whoever names none is asked for a key all the same."""
        self._try()
        boot_id = username.removeprefix(USER_PREFIX)[:100]
        boot = await self._hall.find_boot(resource_of(boot_id))
        self._boot = boot if boot and boot.boot_id == boot_id and boot.key else None
        return True

    def public_key_auth_supported(self) -> bool:
        """Nothing else is."""
        return True

    def validate_public_key(self, _username: str, key: asyncssh.SSHKey) -> bool:
        """Whether it is the machine that registered; asyncssh checks the signature."""
        self._try()
        shown = " ".join(key.export_public_key("openssh").decode().split()[:2])
        return self._boot is not None and self._boot.key == shown

    def session_requested(self) -> Session:
        """One command, `uplink`, and nothing beside it."""
        assert self._boot is not None
        return Session(self._hall, self._boot, self._peer)

    def _try(self) -> None:
        self._tries += 1
        if self._tries > MOST_TRIES:
            self._connection.abort()

    def _leave(self) -> None:
        if self._waits:
            self._waits = False
            self._hall.let_go(self._peer)


class Session(asyncssh.SSHServerSession[bytes]):
    """Lines both ways."""

    def __init__(self, hall: Hall, boot: Boot, peer: str) -> None:
        self._hall, self.boot, self.peer = hall, boot, peer
        self._received = bytearray()
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._open = False
        self._allowance = Allowance(time.monotonic())

    def connection_made(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel, before its command."""
        self._channel = channel

    def shell_requested(self) -> bool:
        """No."""
        return False

    def exec_requested(self, command: str) -> bool:
        """The one command there is."""
        return command == "uplink"

    def session_started(self) -> None:
        """The server speaks first."""
        self._open = True
        self.write(b"ready\n")
        self._hall.opened(self)

    def data_received(self, data: bytes, _datatype: asyncssh.DataType) -> None:
        """Lines come in pieces; one that has no end ends the connection."""
        start = len(self._received)
        self._received += data
        if b"\n" not in data:
            if start + len(data) > LONGEST_REPORT and not self._may_be_long(start + len(data)):
                self._refuse("a line is too long")
            return
        *lines, rest = bytes(self._received).split(b"\n")
        self._received = bytearray(rest)
        for line in lines:
            if not self._allowance.take(time.monotonic()):
                self._hall.flooded(self)
                return
            self._take(line)

    def _may_be_long(self, length: int) -> bool:
        """Only an answer is long, and only who was asked has one to give."""
        return length <= LONGEST_LINE and self._hall.awaits_answer(self)

    def eof_received(self) -> bool:
        """The agent closes its end when it is about to start anew."""
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        """However it ended."""
        if self._open:
            self._open = False
            self._hall.closed(self)

    def write(self, line: bytes) -> None:
        """A machine that does not read what it is told is cut off, before it fills our memory."""
        if self._channel is None:
            return
        if self._channel.get_write_buffer_size() > MOST_WAITING_BYTES:
            self._refuse("it does not read")
            return
        self._channel.write(line)

    def ask(self, line: bytes) -> None:
        """A line that is answered with one."""
        self._allowance.add()
        self.write(line)

    def end(self, line: bytes) -> None:
        """The last line. Power goes without a word, so from now on the machine is asked often whether it is there."""
        if self._channel is not None:
            self._channel.get_connection().set_keepalive(ENDING_SILENCE_S, 1)
            self.write(line)

    def hang_up(self) -> None:
        """End the connection."""
        if self._channel is not None:
            self._channel.get_connection().abort()

    def _take(self, line: bytes) -> None:
        try:
            self._hall.heard(self, parse_line(line))
        except OpenqrmError as error:
            self._refuse(error.message)

    def _refuse(self, why: str) -> None:
        log.warning("uplink closed", resource=self.boot.resource, why=why)
        self.hang_up()
