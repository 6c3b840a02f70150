"""`openqrm plugin new`: a plugin's folder, made here and now; no running openQRM is needed."""

from __future__ import annotations

from pathlib import Path

import click


def new_plugin() -> click.Command:
    """The command."""
    params: list[click.Parameter] = [
        click.Argument(["kind"]),
        click.Argument(["name"]),
        click.Option(["--in", "folder"], default=".", show_default=True, help="the folder to make it in"),
    ]
    help_ = "Make a plugin NAME with a working driver of this KIND (storage, power, network-service, …) and its tests."
    return click.Command("new", params=params, callback=_make, help=help_)


def _make(kind: str, name: str, folder: str) -> None:
    from openqrm.cli.connection import Told
    from openqrm.domain.errors import OpenqrmError
    from openqrm.plugin_host.scaffold import scaffold

    try:
        written = scaffold(kind, name, Path(folder))
    except OpenqrmError as error:
        raise Told(error.message, error.hint) from None
    for path in written:
        click.echo(f"wrote {path}")
