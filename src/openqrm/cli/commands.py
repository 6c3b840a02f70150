"""One command a declaration; they talk to the REST door."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from inspect import getdoc
from typing import Any

import click

from openqrm.cli.forms import parameters_of, values_of
from openqrm.plugin_api.intents import Declared, Intent

JSON = click.Option(["--json", "as_json"], is_flag=True, help="print what the REST door answers")
INTENT_OPTIONS = [
    click.Option(["--preview"], is_flag=True, help="show what would be done and what is so already; change nothing"),
    click.Option(["--rehearse"], is_flag=True, help="show how it would go, step by step to its end; change nothing"),
    click.Option(["--failing"], default="", metavar="STEP", help="rehearse as if this step failed: its id or number"),
    click.Option(["--yes"], is_flag=True, help="ask nothing, and confirm what has to be confirmed"),
    click.Option(["--reason"], default="", help="why, for the record"),
    click.Option(["--wait/--no-wait", "wait"], default=True, help="wait for the end of the plan"),
]

SAID = ("as_json", "preview", "rehearse", "failing", "yes", "reason", "wait")


def command_of(declared: type[Declared], environment: Mapping[str, str]) -> click.Command:
    """The command of this declaration."""
    is_intent = issubclass(declared, Intent)

    def run(**given: Any) -> None:
        from openqrm.cli.connection import Connection

        connection = Connection(environment)
        said = {
            key: given.pop(key)
            for key in ("as_json", "preview", "rehearse", "failing", "yes", "reason", "wait")
            if key in given
        }
        values = values_of(declared, given)
        if is_intent:
            _carry_out(connection, declared, values, **said)
        else:
            _tell(connection.get(declared.noun, declared.verb, values), said["as_json"])

    help_ = f"{getdoc(declared)}\n\nRole: {declared.role.name}."
    parameters = [*parameters_of(declared), JSON, *(INTENT_OPTIONS if is_intent else [])]
    return click.Command(declared.verb, params=parameters, callback=run, help=help_)


def _tell(answer: Any, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    from openqrm.cli.show import render_answer

    click.echo(render_answer(answer))


def _carry_out(
    connection: Any, declared: type[Declared], values: dict[str, Any],
    *, as_json: bool, preview: bool, rehearse: bool, failing: str, yes: bool, reason: str, wait: bool,
) -> None:  # fmt: skip
    from openqrm.cli.watch import check_end, follow

    noun, verb = declared.noun, declared.verb
    if preview:
        return _tell_preview(connection.post(noun, verb, values, preview="true"), as_json)
    if rehearse or failing:
        rehearsal = connection.post(noun, verb, values, preview="rehearse", failing=failing)
        return click.echo(json.dumps(rehearsal, indent=2) if as_json else rehearsal["text"])
    expected = confirm = ""
    if noun != "plan" or (verb == "undo" and _is_reversed(connection, values)):  # other decisions are no plans
        shown = connection.post(noun, verb, values, preview="plan")
        expected, confirm = shown["digest"], _confirmed(shown, yes)
    outcome = connection.post(noun, verb, values, reason=reason, expected=expected, confirm=confirm)
    plan = outcome["plan"]
    if wait and plan["state"] == "running":
        plan = outcome["plan"] = follow(connection.watch(plan["id"]))
    if as_json:
        click.echo(json.dumps(outcome, indent=2))
    else:
        end = plan["note"] if plan["state"] == "abandoned" else plan["state"]  # what may go on stands there alone
        click.echo(f"plan {plan['id']}: {plan['title']}: {end}")
        for name, secret in outcome["told"].items():
            click.echo(f"{name} (shown this once): {secret}")
    check_end(plan, verb)


def _is_reversed(connection: Any, values: dict[str, Any]) -> bool:
    """A plan of its own takes it back."""
    plan = connection.get("plan", "show", values)
    return plan["state"] == "done" and plan["reversal"] is not None


def _tell_preview(shown: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(shown, indent=2))
        return
    click.echo(shown["text"])
    click.echo("As seen now:")
    for number, step in enumerate(shown["plan"]["steps"], 1):
        click.echo(f"{number:>3}. {step['state']}: {step['note']}")


def _confirmed(shown: dict[str, Any], yes: bool) -> str:
    """What has to be typed is typed, or taken over with --yes; larger plans are shown and asked for."""
    confirm: str = shown["plan"]["confirm"]
    if yes:
        return confirm
    if confirm:
        click.echo(shown["text"], err=True)
        typed: str = click.prompt("Type it to confirm", err=True)
        return typed
    if len(shown["plan"]["steps"]) > 2 and sys.stdin.isatty():
        click.echo(shown["text"], err=True)
        click.confirm("Go on?", abort=True, err=True)
    return ""
