"""`openqrm terminal attach`: the shell or serial line of a machine, in this terminal."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

    from openqrm.cli.connection import Connection

CHUNK = 65536
LEAVE = b"\x1d"  # Ctrl-], as in telnet and virsh
LOOK_S = 0.02


def attach_command(environment: Mapping[str, str]) -> click.Command:
    """The command."""

    def run(resource: str, line: str, reason: str) -> None:
        from openqrm.cli.connection import Connection

        connection = Connection(environment)
        asked = {"resource": resource, "line": line}
        ticket = connection.post("terminal", "open", asked, reason=reason)["told"]["terminal"]
        click.echo("Ctrl-] leaves.", err=True)
        ended = _attach(connection, ticket)
        click.echo(f"\r\n{ended or 'The terminal has ended.'}", err=True)

    parameters = [
        click.Argument(["resource"]),
        click.Option(["--line"], type=click.Choice(["ssh", "serial"]), default="ssh", help="a shell, or a serial line"),
        click.Option(["--reason"], default="", help="why, for the record"),
    ]
    return click.Command("attach", params=parameters, callback=run, help="Open a terminal of RESOURCE here.")


def _attach(connection: Connection, ticket: str) -> str:
    """Join the two until either ends; what the door said at the end."""
    from websockets.exceptions import ConnectionClosed

    with connection.join("/terminal/attach") as socket, _raw(sys.stdin.fileno()):
        columns, rows = shutil.get_terminal_size()
        socket.send(json.dumps({"ticket": ticket, "columns": columns, "rows": rows}))
        try:
            for shown in _exchange(socket):
                os.write(sys.stdout.fileno(), shown)
        except ConnectionClosed as closed:
            return closed.rcvd.reason if closed.rcvd else "The connection was lost."
    return ""


def _exchange(socket: ClientConnection) -> Iterator[bytes]:
    """What is shown; what is typed goes the other way, until Ctrl-]."""
    size = shutil.get_terminal_size()
    with selectors.DefaultSelector() as ready:
        ready.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while True:
            for _ in ready.select(LOOK_S):
                typed = os.read(sys.stdin.fileno(), CHUNK)
                if not typed or LEAVE in typed:
                    return
                socket.send(typed)
            if (now := shutil.get_terminal_size()) != size:
                size = now
                socket.send(json.dumps({"columns": size.columns, "rows": size.lines}))
            try:
                shown = socket.recv(timeout=LOOK_S)
            except TimeoutError:
                continue
            yield shown if isinstance(shown, bytes) else shown.encode()


@contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    """Every key goes through, Ctrl-C too; as it was afterwards."""
    if not os.isatty(descriptor):
        yield
        return
    before = termios.tcgetattr(descriptor)
    kept = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the terminal is put back
    try:
        tty.setraw(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        signal.signal(signal.SIGTERM, kept)
