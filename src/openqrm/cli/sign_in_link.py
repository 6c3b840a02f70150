"""`openqrm user sign-in-link`: an address that opens the console without a password, once."""

from __future__ import annotations

from collections.abc import Mapping

import click


def sign_in_link(environment: Mapping[str, str]) -> click.Command:
    """The command."""

    def run(user: str) -> None:
        from openqrm.cli.connection import Connection

        connection = Connection(environment)
        told = connection.post("session", "link", {"user": user})
        click.echo(f"{connection.url}{told['path']}")

    help_ = (
        "Print a link that signs in to the console: once, within ten minutes. For yourself, or as an administrator "
        "for USER. A second factor is asked for all the same."
    )
    return click.Command(
        "sign-in-link", params=[click.Argument(["user"], required=False, default="")], callback=run, help=help_
    )
