"""Terminals of machines: leave to open one is asked for as all else is, so it is on record who had one, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Resource
from openqrm.domain.terminal import Terminal
from openqrm.domain.user import Role
from openqrm.planning.fields import Name
from openqrm.planning.record_plans import ASKED, plan_of
from openqrm.plugin_api.actions import put, remove
from openqrm.plugin_api.intents import Intent, Issued, refers_to
from openqrm.plugin_api.planning import Planning

LIFE_S = 60.0


class OpenTerminal(Intent, noun="terminal", verb="open", role=Role.OPERATOR):
    """Get a ticket for a terminal of a resource: good once, for a minute, for yourself.

    `ssh` is a shell on the machine, `serial` the first serial line of a VM. `openqrm terminal attach` does both at
    once, asking and opening.
    """

    resource: Annotated[Name, refers_to("resource"), Meta(description="the machine")]
    line: Annotated[Literal["ssh", "serial"], Meta(description="ssh or serial")] = "ssh"
    ticket: Issued = Issued("")


def plan_open_terminal(intent: OpenTerminal, planning: Planning) -> Plan:
    """The ticket's record, and the end of those that nobody used."""
    facts = planning.facts
    resource = facts.get(Resource, intent.resource)
    found = next(
        (place for each in planning.drivers.terminals() if (place := each.find_place(resource, intent.line))), None
    )
    if found is None:
        message = f"no plugin has a terminal of kind {intent.line} for {resource.name}"
        hint = "Enable and start one: openqrm plugin start sshterm (ssh), or the plugin of its VMs (serial)."
        raise PlanningError(Category.UNSUPPORTED, message, hint)
    terminal = Terminal(
        name=f"{resource.name}.{intent.ticket[:12]}", user=planning.user, resource=resource.name, host=found.host,
        argv=found.argv, digest=intent.ticket, expires_at_s=planning.now_s + LIFE_S,
    )  # fmt: skip
    say = f"Give {planning.user} leave to open a {intent.line} terminal of {resource.name}"
    steps = [Step(id="ticket", action=put(terminal, None, say), why=ASKED)]
    for old in facts.list(Terminal):
        if old.expires_at_s < planning.now_s:
            end = remove(old, f"Forget an unused ticket for {old.resource}")
            steps.append(Step(id=f"old-{old.id}", action=end, why="its time is over", optional=True))
    return replace(plan_of(intent, say, steps, about=resource, past="terminal-opened"), on_failure=OnFailure.UNDO,
                   locks=())  # fmt: skip


PLANNERS = {OpenTerminal: plan_open_terminal}
