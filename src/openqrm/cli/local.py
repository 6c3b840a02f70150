"""Commands that need no REST door, or are there before it is: serve, login, initrd, state."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click


def local_commands(
    environment: Mapping[str, str], serve: Callable[..., None], initrd: Callable[..., str]
) -> list[click.Command]:
    """All of them."""
    return [_serve(environment, serve), _login(environment), _initrd(initrd), _state(environment)]


def _serve(environment: Mapping[str, str], serve: Callable[..., None]) -> click.Command:
    def run(config: str | None, **given: Any) -> None:
        from openqrm.cli.connection import Told
        from openqrm.domain.errors import OpenqrmError
        from openqrm.services.site_settings import read_settings

        file = config or environment.get("OPENQRM_CONFIG")
        try:
            serve(read_settings(Path(file) if file else None, environment, given), _say)
        except OpenqrmError as error:
            raise Told(error.message, error.hint) from None

    options: list[click.Parameter] = [
        click.Option(["--config"], help="TOML file with settings; also OPENQRM_CONFIG"),
        click.Option(["--base"], help="directory of all that it keeps  [default: /var/lib/openqrm]"),
        click.Option(["--http"], help="ADDRESS:PORT of the REST door  [default: 127.0.0.1:8000]"),
        click.Option(["--boot"], help="ADDRESS:PORT of the boot door  [default: 0.0.0.0:8001]"),
        click.Option(["--uplink"], help="ADDRESS:PORT of the uplink  [default: 0.0.0.0:2022]"),
        click.Option(["--address"], help="how machines reach this machine"),
        click.Option(["--database"], help="sqlite:///… or postgresql+psycopg://…"),
    ]
    help_ = "Run openQRM in the foreground until SIGTERM. Each setting is also OPENQRM_NAME in the environment."
    return click.Command("serve", params=options, callback=run, help=help_)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _login(environment: Mapping[str, str]) -> click.Command:
    def run(user: str) -> None:
        from openqrm.cli.connection import CODE_NEEDED, Connection, Told, token_file

        credentials = (user, _asked("Password"))
        name = f"cli-{socket.gethostname().partition('.')[0].lower()[:40]}-{os.urandom(3).hex()}"
        try:
            outcome = Connection(environment, credentials).post("token", "create", {"name": name})
        except Told as told:
            if told.type != CODE_NEEDED:
                raise
            connection = Connection(environment, credentials, _asked("Code of the second factor"))
            outcome = connection.post("token", "create", {"name": name})
        file = token_file(environment)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(outcome["told"]["token"] + "\n")
        click.echo(f"signed in as {user}; the token {name} is in {file}")

    help_ = (
        "Sign in with user and password (asked for, or read from stdin) and keep a token in a file. "
        "The code of a second factor is asked for after them."
    )
    return click.Command("login", params=[click.Argument(["user"], default="admin")], callback=run, help=help_)


def _asked(what: str) -> str:
    """A line of stdin where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed: str = click.prompt(what, hide_input=True)
    return typed


def _initrd(initrd: Callable[..., str]) -> click.Command:
    group = click.Group("initrd", help="Kernels and initrds by hand, without a running openQRM.")
    source = "a package (linux-image-cloud-amd64), its .deb file, or a directory with vmlinuz and lib/modules/RELEASE"
    folder = click.Argument(["folder"])
    options: list[click.Parameter] = [
        click.Option(["--source"], default="", help=f"fill the folder first, from {source}"),
        click.Option(["--card"], default="", help="iPXE's ${net0/busid}, such as 01:1a:f4:10:00  [default: all cards]"),
        click.Option(["--root"], multiple=True, help="type of a root that it can mount, such as nfs; may be repeated"),
    ]
    verbs: list[tuple[str, str, list[click.Parameter]]] = [
        ("prepare", f"Fill FOLDER with a kernel's files. SOURCE is {source}.", [click.Argument(["source"]), folder]),
        ("build", "Write FOLDER/initrd.img, which boots a machine to idle, for the kernel in FOLDER.",
         [folder, *options]),
    ]  # fmt: skip
    for verb, told, parameters in verbs:
        group.add_command(
            click.Command(verb, params=parameters, callback=partial(_run_initrd, initrd, verb), help=told)
        )
    return group


def _run_initrd(initrd: Callable[..., str], verb: str, **given: Any) -> None:
    from openqrm.cli.connection import Told
    from openqrm.domain.errors import OpenqrmError

    try:
        click.echo(initrd(verb, **given))
    except OpenqrmError as error:
        raise Told(error.message, error.hint) from None
    except OSError as error:
        raise Told(
            f"{error.filename}: {error.strerror}", "Look at the folder, its rights and its free space."
        ) from None


def _state(environment: Mapping[str, str]) -> click.Command:
    group = click.Group("state", help="Backups of the whole state, on the machine that openQRM runs on.")
    base = click.Option(["--base"], help="directory of all that it keeps  [default: /var/lib/openqrm]")
    name = click.Argument(["name"])
    verbs: list[tuple[str, str, list[click.Parameter]]] = [
        ("backup", "Make an archive of database and files; it may run while openQRM does.", [name, base]),
        ("list", "List the archives, newest first.", [base]),
        ("restore", "Put an archive in place of what is there; openQRM must not run.", [name, base]),
        (
            "remove",
            "Remove an archive for good.",
            [name, base, click.Option(["--yes"], is_flag=True, help="ask nothing")],
        ),
    ]
    for verb, told, parameters in verbs:
        group.add_command(
            click.Command(verb, params=parameters, callback=partial(_run_state, environment, verb), help=told)
        )
    return group


def _run_state(
    environment: Mapping[str, str], verb: str, base: str | None, name: str = "", *, yes: bool = False
) -> None:
    from openqrm.cli.connection import Told
    from openqrm.domain.errors import OpenqrmError
    from openqrm.services import state
    from openqrm.services.site_settings import read_settings

    file = environment.get("OPENQRM_CONFIG")
    try:
        settings = read_settings(Path(file) if file else None, environment, {"base": base})
        match verb:
            case "backup":
                click.echo(state.backup(settings, name))
            case "list":
                click.echo("\n".join(path.name.removesuffix(".tgz") for path in state.list_backups(settings)))
            case "remove":
                if not yes:
                    click.confirm(f"Remove the backup {name}? There is no way back.", abort=True, err=True)
                state.remove_backup(settings, name)
            case _:
                for line in state.restore(settings, name):
                    click.echo(line)
    except OpenqrmError as error:
        raise Told(error.message, error.hint) from None
