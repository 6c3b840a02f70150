"""Every command in the operator's pages and the README exists, with these options and this many arguments."""

import re
import shlex

import click
import pytest

from openqrm.cli.application import make_commands
from tests.architecture.repository import paths_under, read

PLUGINS = paths_under("src/openqrm_plugins", suffix="README.md")
PAGES = ["README.md", *paths_under("docs/operator", suffix=".md"), *(each for each in PLUGINS if "/tests/" not in each)]


def found_by(pattern: str) -> list[str]:
    """The commands that are written so, in all pages."""
    lines = (match for page in PAGES for match in re.findall(pattern, read(page), re.M))
    return sorted({re.split(r"`|\s#", line)[0].strip() for line in lines})


def check(line: str, *, is_mention: bool = False) -> None:
    """Parse the line as the command would; nothing is run. What is only mentioned may stand without arguments."""
    words = shlex.split(line)[1:]
    found: click.Command = make_commands({}, lambda *_: None, print)
    context = click.Context(found, info_name="openqrm")
    while isinstance(found, click.Group) and words:
        name, resolved, words = found.resolve_command(context, words)
        assert resolved is not None, f"{line}: there is no command {name}"
        found = resolved
        context = click.Context(found, info_name=name, parent=context)
    if words or not (is_mention or isinstance(found, click.Group)):
        found.parse_args(context, words)


@pytest.mark.parametrize("line", found_by(r"^(?:    )?(openqrm (?!NOUN)[^\n`]+)"))
def test_the_command_exists(line: str) -> None:
    check(line)


@pytest.mark.parametrize("line", found_by(r"`(openqrm (?!NOUN)[^\n`]+)"))
def test_what_is_mentioned_exists(line: str) -> None:
    check(line, is_mention=True)


@pytest.mark.parametrize("line", ["openqrm nothing here", "openqrm volume create", "openqrm appliance start x --none"])
def test_one_that_does_not_is_found(line: str) -> None:
    with pytest.raises((click.ClickException, AssertionError)):
        check(line)
