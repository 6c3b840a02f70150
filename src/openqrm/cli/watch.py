"""A plan on its way: a live table in a terminal, one line a change elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import click

from openqrm.cli.connection import Told

MARKS = {"done": "✔", "found so": "=", "failed": "✘", "undo failed": "✘", "at work": "▸", "undone": "↶", "skipped": "→"}


def watch_command(environment: Mapping[str, str]) -> click.Command:
    """`openqrm plan watch`."""

    def run(plan: str) -> None:
        from openqrm.cli.connection import Connection

        seen = follow(Connection(environment).watch(plan))
        click.echo(f"plan {seen['id']}: {seen['title']}: {seen['state']}")
        check_end(seen, "")

    told = "Watch a plan until it ends; the exit status says whether it was done."
    return click.Command("watch", params=[click.Argument(["plan"])], callback=run, help=told)


def follow(plans: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Show the plan until it ends; the last that was seen of it."""
    return _follow_live(plans) if sys.stderr.isatty() else _follow_lines(plans)


def _follow_live(plans: Iterable[dict[str, Any]]) -> dict[str, Any]:
    from rich.console import Console
    from rich.live import Live

    plan: dict[str, Any] = {}
    with Live(console=Console(stderr=True), refresh_per_second=4) as live:
        for plan in plans:
            live.update(_table(plan))
    return plan


def _table(plan: dict[str, Any]) -> Any:
    from rich.table import Table

    table = Table(title=f"plan {plan['id']}: {plan['title']} ({plan['state']})", title_justify="left", box=None)
    for name in ("", "step", "seen", "s"):
        table.add_column(name, justify="right" if name == "s" else "left", overflow="fold")
    for step in plan["steps"]:
        table.add_row(MARKS.get(step["state"], "·"), step["what"], step["note"], _took(step))
    return table


def _follow_lines(plans: Iterable[dict[str, Any]]) -> dict[str, Any]:
    plan: dict[str, Any] = {}
    told: dict[str, str] = {}
    for plan in plans:
        for step in plan["steps"]:
            if step["state"] not in ("waiting", told.get(step["id"])):
                click.echo(f"{step['state']:>9}  {step['what']}: {step['note']}  {_took(step)}".rstrip(), err=True)
            told[step["id"]] = step["state"]
    return plan


def _took(step: dict[str, Any]) -> str:
    if not step["began_s"]:
        return ""
    return f"{(step['ended_s'] or time.time()) - step['began_s']:.1f}"


def check_end(plan: dict[str, Any], asked: str) -> None:
    """Raises Told, so that the exit status says it too, when the plan did not come to the end that was asked for."""
    wanted = {"undo": ("undone", "done"), "abandon": ("abandoned",)}.get(asked, ("done",))
    if plan["state"] in (*wanted, "running"):
        return
    hints = [step["hint"] for step in plan["steps"] if step["state"] in ("failed", "undo failed") and step["hint"]]
    way = f"openqrm plan show {plan['id']}"
    if plan["state"] == "stuck":
        way = f"Then: openqrm plan retry|skip|undo|abandon {plan['id']}"
    raise Told(f"plan {plan['id']} ({plan['title']}) is {plan['state']}: {plan['note']}", " ".join([*hints, way]))
