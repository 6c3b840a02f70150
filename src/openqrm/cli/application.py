"""`openqrm`: nouns and verbs of the declarations, and the few commands that need no REST door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from openqrm.plugin_api.intents import Declared
    from openqrm.services.site_settings import SiteSettings

Serve = Callable[["SiteSettings", Callable[[str], None]], None]
NOUNS = {
    "appliance": "what runs: kernel + image + resource",
    "event": "what has happened",
    "host": "resources that carry virtual machines",
    "image": "root file systems",
    "kernel": "what machines boot with",
    "network": "subnets that addresses are given on",
    "plan": "what is being done, and what becomes of it",
    "plugin": "what adds drivers and services",
    "resource": "machines",
    "role": "what users may do",
    "site": "everything at a glance, and a search",
    "storage": "what holds volumes",
    "storage-type": "what a storage can be",
    "terminal": "shells, serial lines and screens of machines",
    "token": "API tokens",
    "user": "who signs in",
    "view": "ways to look at a list, kept under a title",
    "vm": "virtual machines",
    "volume": "places on storages",
}
HELP = """openQRM: a server is just files, started anywhere with one command.

`openqrm NOUN VERB` asks the REST door at OPENQRM_URL (http://127.0.0.1:8000).
"""


class NounGroup(click.Group):
    """The verbs of a noun; its declarations are imported when one is looked for."""

    def __init__(self, noun: str, environment: Mapping[str, str], help_: str = "") -> None:
        super().__init__(noun, help=help_)
        self._environment = environment

    def _declared(self) -> dict[str, type[Declared]]:
        from openqrm.cli.declared import verbs_of

        return verbs_of(self.name or "")

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._declared()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (own := super().get_command(ctx, cmd_name)) is not None:
            return own
        from openqrm.cli.commands import command_of

        declared = self._declared().get(cmd_name)
        return command_of(declared, self._environment) if declared else None


class Openqrm(click.Group):
    """The nouns of the core without importing anything; those of plugins when a noun is not one of these."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        version = click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_tell_version, help="Tell it."
        )
        super().__init__("openqrm", help=HELP, params=[version])
        self._environment = environment
        for noun, told in NOUNS.items():
            self.add_command(NounGroup(noun, environment, told))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (own := super().get_command(ctx, cmd_name)) is not None:
            return own
        from openqrm.cli.declared import verbs_of

        return NounGroup(cmd_name, self._environment) if verbs_of(cmd_name) else None


def _tell_version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"openqrm {version('openqrm')}")
        context.exit()


def make_commands(environment: Mapping[str, str], serve: Serve, initrd: Callable[..., str]) -> click.Group:
    """All commands."""
    from openqrm.cli.local import local_commands
    from openqrm.cli.new_plugin import new_plugin
    from openqrm.cli.screen import screen_command
    from openqrm.cli.sign_in_link import sign_in_link
    from openqrm.cli.terminal import attach_command
    from openqrm.cli.watch import watch_command

    group = Openqrm(environment)
    more = {
        "plan": [watch_command(environment)],
        "plugin": [new_plugin()],
        "terminal": [attach_command(environment), screen_command(environment)],
        "user": [sign_in_link(environment)],
    }
    for noun, commands in more.items():
        verbs = group.commands[noun]
        assert isinstance(verbs, click.Group)
        for own in commands:
            verbs.add_command(own)
    for command in local_commands(environment, serve, initrd):
        group.add_command(command)
    return group


def run(arguments: list[str], environment: Mapping[str, str], serve: Serve, initrd: Any) -> None:
    """The command line; ends the process."""
    make_commands(environment, serve, initrd).main(arguments, prog_name="openqrm")
