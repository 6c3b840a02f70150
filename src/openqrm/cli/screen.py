"""`openqrm terminal screen`: the screen of a machine for a VNC viewer here."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

CHUNK = 65536


def screen_command(environment: Mapping[str, str]) -> click.Command:
    """The command."""

    def run(resource: str, port: int, reason: str) -> None:
        from openqrm.cli.connection import Connection

        connection = Connection(environment)
        with socket.create_server(("127.0.0.1", port)) as listening:
            click.echo(f"vnc://127.0.0.1:{listening.getsockname()[1]}")
            viewer, _ = listening.accept()
        asked = {"resource": resource, "line": "screen"}
        with viewer:  # the ticket is good for a minute, so it is not asked for before somebody comes
            ticket = connection.post("terminal", "open", asked, reason=reason)["told"]["terminal"]
            with connection.join("/terminal/attach") as screen:
                screen.send(json.dumps({"ticket": ticket}))
                ended = _exchange(screen, viewer)
        click.echo(ended or "The screen has ended.", err=True)

    parameters = [
        click.Argument(["resource"]),
        click.Option(["--port"], type=click.IntRange(0, 65535), default=0, help="of 127.0.0.1; 0: any that is free"),
        click.Option(["--reason"], default="", help="why, for the record"),
    ]
    told = "Give the screen of RESOURCE to the first VNC viewer that comes to the address this prints."
    return click.Command("screen", params=parameters, callback=run, help=told)


def _exchange(screen: ClientConnection, viewer: socket.socket) -> str:
    """Join the two until either ends; what the door said at the end."""
    from websockets.exceptions import ConnectionClosed

    typing = threading.Thread(target=_type, args=(screen, viewer), daemon=True)
    typing.start()
    try:
        for shown in screen:
            viewer.sendall(shown if isinstance(shown, bytes) else shown.encode())
    except ConnectionClosed:
        pass
    except OSError:
        return "The viewer has ended."
    with suppress(OSError):
        viewer.shutdown(socket.SHUT_RDWR)
    typing.join()
    return screen.close_reason or ""


def _type(screen: ClientConnection, viewer: socket.socket) -> None:
    from websockets.exceptions import ConnectionClosed

    with suppress(OSError, ConnectionClosed):
        while typed := viewer.recv(CHUNK):
            screen.send(typed)
    screen.close()
