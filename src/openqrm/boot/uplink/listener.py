"""The uplink's listener: a thread with an event loop of its own, and the way to it from other threads."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

import asyncssh
import msgspec
import structlog
import uvloop

from openqrm.boot.events import event
from openqrm.boot.reports import Report, take_reports
from openqrm.boot.uplink.boots import find_boots
from openqrm.boot.uplink.commands import Commands
from openqrm.boot.uplink.host_key import ensure_host_key, public_part
from openqrm.boot.uplink.limits import MOST_LOGINS, SHUN_S, Anteroom, Shunned
from openqrm.boot.uplink.lines import Done, Line, Milestone, Statistics, render_profile, render_run
from openqrm.boot.uplink.session import Doorkeeper, Session
from openqrm.boot.watch import tell
from openqrm.boot.writer import GroupWriter
from openqrm.domain.boot import Boot
from openqrm.domain.errors import Category, OpenqrmError, StepError
from openqrm.domain.event import Severity
from openqrm.domain.resource import SELF
from openqrm.ports.uplink import Executed

log = structlog.get_logger()
ENDINGS = {("reboot",): b"reboot\n", ("poweroff",): b"poweroff\n"}
LOGIN_TIMEOUT_S = 30
SILENCE_S = 15  # statistics come every 10; then the machine is asked whether it is there, and if silent still, gone
BACKLOG = 4096
GRACE_S = 5.0  # an agent ends a late command itself and says so


class Uplink:
    """Implements ports.uplink.Uplinks. `secrets` gives the secret facts of a boot, in any thread.

    `heard` is told of each machine that was heard, for the watch that notices lost ones.
    """

    def __init__(
        self,
        writer: GroupWriter,
        secrets: Callable[[Boot], str],
        key_file: Path,
        *,
        address: str = "0.0.0.0",  # machines come from every network that this host serves
        port: int = 2022,
        heard: Callable[[str, float], None] | None = None,
        most_logins: int = MOST_LOGINS,
    ) -> None:
        self._writer, self._secrets, self._address, self.port = writer, secrets, address, port
        self._key = ensure_host_key(key_file)
        self.host_key = public_part(self._key)
        self._note_heard = heard
        self._commands = Commands()
        self._anteroom, self._shunned, self._told_s = Anteroom(most_logins), Shunned(), float("-inf")
        self._sessions: dict[str, Session] = {}
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="uplink", daemon=True)
        self._acceptor: asyncssh.SSHAcceptor | None = None

    def start(self) -> None:
        """Listen. `port` is the real one afterwards, when 0 was asked for."""
        self._thread.start()
        self._call(self._listen())

    def close(self) -> None:
        """Hang up on all machines: they come back by themselves."""
        self._call(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def is_open(self, resource: str) -> bool:
        """Whether this resource's agent is connected to this very process."""
        return resource in self._sessions

    def count(self) -> int:
        """How many are connected."""
        return len(self._sessions)

    def execute(self, resource: str, argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed:
        """See ports.uplink.Uplinks."""
        session = self._sessions.get(resource)
        if session is None:
            raise StepError(Category.UNAVAILABLE, f"no agent of {resource} is connected", _HINT)
        if argv in ENDINGS:
            self._loop.call_soon_threadsafe(session.end, ENDINGS[argv])
            return Executed(0, b"", b"")
        id_, ended = self._commands.open(session.boot.boot_id)
        try:
            self._loop.call_soon_threadsafe(session.ask, render_run(id_, timeout_s, argv, stdin))
            return ended.result(timeout_s + GRACE_S)
        except FutureTimeout:
            raise StepError(
                Category.UNAVAILABLE, f"{argv[0]} on {resource} did not end within {timeout_s:.0f} s", _HINT
            ) from None
        finally:
            self._commands.forget(id_)

    def end_commands(self) -> None:
        """See ports.uplink.Uplinks."""
        self._commands.end_all()

    def cut_off(self, resource: str, boot_id: str) -> None:
        """A newer boot of this resource has begun: end the older one's uplink and what was asked of it."""
        self._loop.call_soon_threadsafe(self._cut_off, resource, boot_id)

    def admit(self, peer: str) -> bool:
        """Whether one more may try to log in; that some may not is told once a minute at most."""
        admitted = self._anteroom.enter(peer)
        if not admitted and (now_s := time.monotonic()) - self._told_s > SHUN_S:
            self._told_s = now_s
            text = f"More than the uplink can take want to log in at once, the last one from {peer}; agents try again"
            self._tell("uplink.crowded", SELF, text)
        return admitted

    def let_go(self, peer: str) -> None:
        """It logged in, or left."""
        self._anteroom.leave(peer)

    def awaits_answer(self, session: Session) -> bool:
        """Whether this machine was asked something."""
        return self._commands.awaits(session.boot.boot_id)

    def flooded(self, session: Session) -> None:
        """Cut off, and not let in again for a while: to log in costs us more than it costs the machine."""
        resource = session.boot.resource
        self._shunned.add(resource, time.monotonic())
        text = f"{resource} says more than an agent has reason to: its uplink was cut off for {SHUN_S:.0f} s"
        self._tell("uplink.flooded", resource, text)
        session.hang_up()

    def _tell(self, topic: str, about: str, text: str) -> None:
        self._writer.submit(tell, (event(topic, about, Severity.WARNING, text),), lazy=True)

    async def find_boot(self, resource: str) -> Boot | None:
        """For a login."""
        if self._shunned.has(resource, time.monotonic()):
            return None
        return await asyncio.wrap_future(self._writer.submit(find_boots, resource))

    def opened(self, session: Session) -> None:
        """A machine is there; its older connection, which it may have lost without our noticing, is not."""
        older = self._sessions.get(session.boot.resource)
        self._sessions[session.boot.resource] = session
        if older is not None:
            if older.boot.boot_id != session.boot.boot_id:
                self._commands.break_off(older.boot.boot_id)
            older.hang_up()
        self._report(session, seen={"connected": True}, address=_outside(session.peer))

    def closed(self, session: Session) -> None:
        """It is gone, unless it has another connection by now."""
        if self._sessions.get(session.boot.resource) is session:
            del self._sessions[session.boot.resource]
            self._report(session, seen={"connected": False})

    def heard(self, session: Session, line: Line) -> None:
        """One line."""
        match line:
            case Statistics():
                self._report(session, lazy=True, seen={"connected": True, "statistics": msgspec.to_builtins(line)})
            case Milestone(name="failed", text=text):
                self._report(session, failure=text or "it does not say why")
            case Milestone(name=name):
                self._report(session, milestone=name)
            case Done():
                self._commands.end(session.boot.boot_id, line)
            case _:
                self._loop.create_task(self._send_profile(session))

    def _report(self, session: Session, *, lazy: bool = False, **said: Any) -> None:
        report = Report(resource=session.boot.resource, boot_id=session.boot.boot_id, at_s=time.time(), **said)
        if self._note_heard:
            self._note_heard(report.resource, report.at_s)
        taken = self._writer.submit(take_reports, report, lazy=lazy)
        taken.add_done_callback(lambda done: self._check(session, done))

    def _check(self, session: Session, taken: Future[bool]) -> None:
        """Called by the writer's thread: a report of an older boot means that its machine is past."""
        if taken.exception() is None and not taken.result():
            self.cut_off(session.boot.resource, session.boot.boot_id)

    def _cut_off(self, resource: str, boot_id: str) -> None:
        session = self._sessions.get(resource)
        if session is not None and session.boot.boot_id == boot_id:
            self._commands.break_off(boot_id)
            session.hang_up()

    async def _send_profile(self, session: Session) -> None:
        try:
            facts = await asyncio.to_thread(self._secrets, session.boot)
        except OpenqrmError as error:
            log.warning("no profile for a machine", resource=session.boot.resource, why=error.message)
            self._report(session, failure=f"no secrets were given: {error.message}")
            return
        session.write(render_profile(facts))

    async def _listen(self) -> None:
        self._acceptor = await asyncssh.listen(
            self._address,
            self.port,
            server_factory=lambda: Doorkeeper(self),
            server_host_keys=[self._key],
            kex_algs=["curve25519-sha256"],  # what dbclient 2022.83 and asyncssh both speak
            # no chacha20: it costs half as much again, and the client would take it
            encryption_algs=["aes128-ctr", "aes256-ctr"],
            compression_algs=["none"],
            encoding=None,
            line_editor=False,
            allow_pty=False,
            agent_forwarding=False,
            login_timeout=LOGIN_TIMEOUT_S,
            keepalive_interval=SILENCE_S,
            keepalive_count_max=1,
            backlog=BACKLOG,
            config=None,
            public_key_auth=True,
            password_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            gss_kex=False,
            gss_auth=False,
        )
        self.port = self._acceptor.get_port()

    async def _hang_up(self) -> None:
        assert self._acceptor is not None
        self._acceptor.close()
        for session in list(self._sessions.values()):
            session.hang_up()
        await asyncio.sleep(0.05)  # so that connections see their end before the loop has its own

    def _call(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(30)


def _outside(peer: str) -> str:
    return "" if peer.startswith("127.") or peer == "::1" else peer


_HINT = "Look whether the machine is on and can reach this host; its agent comes back by itself."
