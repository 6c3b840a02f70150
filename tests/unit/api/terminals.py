"""A machine that is reached by SSH, with a shell and whatever listens there, and the door of terminals before it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import asyncssh
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from lab.demo.simulated_scene import loop_in_thread
from openqrm.adapters.hosts.access import access_by
from openqrm.adapters.hosts.screens import HostScreens
from openqrm.adapters.hosts.terminals import SshTerminals
from openqrm.api.application import make_application
from openqrm.api.listen import Listener, bind
from openqrm.api.routes import Door
from openqrm.api.terminal import TerminalDoor
from openqrm.domain.resource import Resource, Ssh
from openqrm.domain.terminal import LineKind, Terminal
from openqrm.domain.user import PluginState
from openqrm.planning.terminal import OpenTerminal
from openqrm.services.caller import Caller
from openqrm.services.desk import Wishes
from openqrm.services.terminals import Tickets
from tests.unit.boot_door.site import new_key, public
from tests.unit.services.site import ADMIN, PASSWORD, TestSite, open_site

T = TypeVar("T")


class Letting(asyncssh.SSHServer):
    """Lets root in with one key, and on to whatever listens here."""

    def __init__(self, key: str) -> None:
        self._key = key

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "root" and public(key) == self._key

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return dest_host == "127.0.0.1"

    def unix_connection_requested(self, dest_path: str) -> bool:
        return True


async def _shell(process: asyncssh.SSHServerProcess[str]) -> None:
    """Says its size and command, then each line again; `colours` has one of all 16 million, `exit` ends it."""
    columns, rows, _, _ = process.term_size
    process.stdout.write(f"{process.term_type} {columns}x{rows} {process.command or 'shell'}\r\n")
    typed = ""  # of a line that is not whole yet: a new size may come within it
    while True:
        try:
            heard = await process.stdin.read(1024)
        except asyncssh.TerminalSizeChanged as change:
            process.stdout.write(f"now {change.width}x{change.height}\r\n")
            continue
        *lines, typed = re.split("[\r\n]", typed + heard)
        for line in lines:
            if line == "exit":
                return process.exit(0)
            said = "\x1b[38;2;250;120;10morange\x1b[0m" if line == "colours" else line
            process.stdout.write(f"you said {said}\r\n")
        if not heard:
            return process.exit(0)


@contextmanager
def machine(host_key: asyncssh.SSHKey, admitted: str) -> Iterator[int]:
    """It runs; gives the port of its SSH."""
    listening = asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: Letting(admitted), process_factory=_shell,
        server_host_keys=[host_key], line_editor=False,
    )  # fmt: skip
    with loop_in_thread() as loop:
        yield loop.wait(_await(listening)).get_port()


async def _await(awaited: Awaitable[T]) -> T:
    return await awaited


@dataclass
class Ground:
    """`box` has the plugins sshterm and novnc."""

    site: TestSite
    url: str

    def ticket(self, resource: str = "box", caller: Caller = ADMIN, line: LineKind = "ssh") -> str:
        return self.site.desk.ask(caller, OpenTerminal(resource, line), Wishes()).told["terminal"]

    @contextmanager
    def joined(self, **headers: str) -> Iterator[ClientConnection]:
        """A socket, of the administrator unless headers say otherwise."""
        basic = b64encode(f"admin:{PASSWORD}".encode()).decode()
        told = headers or {"Authorization": f"Basic {basic}"}
        with connect(self.url, open_timeout=20, additional_headers=told) as socket:
            yield socket

    @contextmanager
    def attached(self, ticket: str, **size: int) -> Iterator[ClientConnection]:
        with self.joined() as socket:
            socket.send(json.dumps({"ticket": ticket, **size}))
            yield socket


@contextmanager
def open_ground(folder: Path, look_s: float = 15.0, idle_s: float = 1800.0) -> Iterator[Ground]:
    """All of it."""
    own, theirs = new_key(), new_key()
    own.write_private_key(str(folder / "own"))
    with open_site(folder) as site, machine(theirs, public(own)) as port:
        records = site.database.records
        records.put(Resource(name="box", address="127.0.0.1", ssh=Ssh(port=port, host_key=public(theirs))))
        for plugin in ("sshterm", "novnc"):
            records.put(PluginState(name=plugin, enabled=True, started=True))
        access = access_by(records)
        terminals = SshTerminals(folder / "own", access)
        screens = HostScreens(folder / "own", access, site.world.host)
        tickets = Tickets(site.database, site.world)
        route = TerminalDoor(tickets, site.sign_in, terminals, screens, look_s, idle_s).route()
        door = Door(site.desk, site.sign_in, site.catalogue)
        listening = bind("127.0.0.1", 0)
        rest = Listener("rest", make_application(door, lambda: "", [route]), [listening], websockets=True)
        rest.start()
        yield Ground(site, f"ws://127.0.0.1:{listening.getsockname()[1]}/api/v1/terminal/attach")
        rest.close()


def point(ground: Ground, **where: Any) -> None:
    """The ticket is for another place."""
    records = ground.site.database.records
    (stored,) = records.list(Terminal)
    records.put(replace(stored, **where))


def read(socket: ClientConnection, until: str) -> str:
    """What is shown, up to that."""
    shown = ""
    while until not in shown:
        shown += bytes(socket.recv(timeout=20)).decode()
    return shown


def end_of(socket: ClientConnection) -> tuple[int, str]:
    """How it ended; what was shown before is passed over."""
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            socket.recv(timeout=20)
    assert caught.value.rcvd
    return caught.value.rcvd.code, caught.value.rcvd.reason
