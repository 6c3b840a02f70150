"""A terminal from a ticket to the end of its shell, over a real SSH connection and a real WebSocket."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncssh
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from openqrm.adapters.hosts.access import access_by
from openqrm.adapters.hosts.terminals import SshTerminals
from openqrm.api.application import make_application
from openqrm.api.listen import Listener, bind
from openqrm.api.routes import Door
from openqrm.api.terminal import terminal_route
from openqrm.domain.resource import Resource, Ssh
from openqrm.domain.terminal import Terminal
from openqrm.domain.user import PluginState, Role
from openqrm.planning.plan import ListPlans
from openqrm.planning.terminal import OpenTerminal
from openqrm.services.caller import Caller
from openqrm.services.desk import Wishes
from openqrm.services.terminals import Tickets
from tests.unit.boot_door.site import new_key, public
from tests.unit.services.site import ADMIN, PASSWORD, TestSite, open_site


class Letting(asyncssh.SSHServer):
    """Lets root in with one key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "root" and public(key) == self._key


async def _shell(process: asyncssh.SSHServerProcess[str]) -> None:
    """Says its size and command, then each line again; `exit` ends it."""
    columns, rows, _, _ = process.term_size
    process.stdout.write(f"{process.term_type} {columns}x{rows} {process.command or 'shell'}\n")
    while True:
        try:
            line = (await process.stdin.readline()).strip()
        except asyncssh.TerminalSizeChanged as change:
            process.stdout.write(f"now {change.width}x{change.height}\n")
            continue
        if line in ("", "exit"):
            return process.exit(0)
        process.stdout.write(f"you said {line}\n")


@contextmanager
def machine(host_key: asyncssh.SSHKey, admitted: str) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: Letting(admitted), process_factory=_shell,
        server_host_keys=[host_key], line_editor=False,
    )  # fmt: skip
    acceptor = asyncio.run_coroutine_threadsafe(_await(listening), loop).result(20)
    yield acceptor.get_port()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _await(listening: object) -> asyncssh.SSHAcceptor:
    found: asyncssh.SSHAcceptor = await listening  # type: ignore[misc]  # asyncssh's own awaitable
    return found


@dataclass
class Ground:
    site: TestSite
    url: str

    def ticket(self, resource: str = "box", caller: Caller = ADMIN) -> str:
        return self.site.desk.ask(caller, OpenTerminal(resource), Wishes()).told["terminal"]

    @contextmanager
    def attached(self, ticket: str, **size: int) -> Iterator[ClientConnection]:
        with connect(self.url, open_timeout=20) as socket:
            socket.send(json.dumps({"ticket": ticket, **size}))
            yield socket


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    own, theirs = new_key(), new_key()
    own.write_private_key(str(tmp_path / "own"))
    with open_site(tmp_path) as site, machine(theirs, public(own)) as port:
        records = site.database.records
        records.put(Resource(name="box", address="127.0.0.1", ssh=Ssh(port=port, host_key=public(theirs))))
        records.put(PluginState(name="sshterm", enabled=True, started=True))
        terminals = SshTerminals(tmp_path / "own", access_by(records))
        door = Door(site.desk, site.sign_in, site.catalogue)
        route = terminal_route(Tickets(site.database, site.world), terminals)
        listening = bind("127.0.0.1", 0)
        rest = Listener("rest", make_application(door, lambda: "", [route]), [listening], websockets=True)
        rest.start()
        yield Ground(site, f"ws://127.0.0.1:{listening.getsockname()[1]}/api/v1/terminal/attach")
        rest.close()


def read(socket: ClientConnection, until: str) -> str:
    shown = ""
    while until not in shown:
        shown += bytes(socket.recv(timeout=20)).decode()
    return shown


def end_of(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as caught:
        socket.recv(timeout=20)
    assert caught.value.rcvd
    return caught.value.rcvd.code, caught.value.rcvd.reason


def test_what_is_typed_arrives_and_what_is_shown_comes_back(ground: Ground) -> None:
    with ground.attached(ground.ticket(), columns=100, rows=40) as socket:
        assert "xterm-256color 100x40 shell" in read(socket, "\n")
        socket.send(b"ls\n")
        assert "you said ls" in read(socket, "said ls")
        socket.send(json.dumps({"columns": 120, "rows": 50}))
        assert "now 120x50" in read(socket, "x50")
        socket.send(b"exit\n")
        assert end_of(socket) == (1000, "")


def test_a_ticket_is_good_once(ground: Ground) -> None:
    ticket = ground.ticket()
    with ground.attached(ticket) as socket:
        read(socket, "\n")
    with ground.attached(ticket) as socket:
        code, why = end_of(socket)
    assert code == 4403 and "ticket is not known" in why
    assert not ground.site.database.records.list(Terminal)


def test_a_ticket_grows_old_and_is_swept_by_the_next(ground: Ground) -> None:
    ticket, records = ground.ticket(), ground.site.database.records
    (stored,) = records.list(Terminal)
    records.put(replace(stored, expires_at_s=1.0))
    with ground.attached(ticket) as socket:
        assert end_of(socket)[0] == 4403
    ground.ticket()
    (stored,) = records.list(Terminal)
    records.put(replace(stored, expires_at_s=1.0))
    ground.ticket()
    assert len(records.list(Terminal)) == 1


@pytest.mark.parametrize("first", ["", "not json", '{"ticket": 5}', '{"columns": 0}', '{"more": 1}', "[]"])
def test_what_is_no_ticket_ends_the_connection(ground: Ground, first: str) -> None:
    with connect(ground.url, open_timeout=20) as socket:
        socket.send(first)
        assert end_of(socket)[0] == 4403


def test_who_may_only_look_gets_none(ground: Ground) -> None:
    with pytest.raises(Exception, match="needs the role"):
        ground.ticket(caller=Caller("eve", Role.READ_ONLY))


def test_a_machine_without_a_known_key_has_none(ground: Ground) -> None:
    with pytest.raises(Exception, match="no plugin has a terminal of kind ssh"):
        ground.ticket("m1")


def test_the_ticket_stands_in_no_plan_and_in_no_record(ground: Ground, tmp_path: Path) -> None:
    ticket = ground.ticket()
    ground.site.database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.sqlite*"))
    assert stored and ticket.encode() not in stored


def test_the_command_joins_two_terminals(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    environment = os.environ | {
        "OPENQRM_URL": ground.url.replace("ws:", "http:").partition("/api")[0], "HOME": str(tmp_path),
        "OPENQRM_USER": "admin", "OPENQRM_PASSWORD_FILE": str(tmp_path / "password"),
    }  # fmt: skip
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-m", "openqrm.main", "terminal", "attach", "box", "--reason", "to look"]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while b"shell" not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, b"uptime\n")
        while b"you said uptime" not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, b"\x1d")
        assert process.wait(20) == 0
    os.close(ours)
    assert ground.site.desk.answer(ADMIN, ListPlans())[0].reason == "to look"
