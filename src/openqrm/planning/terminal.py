"""Terminals of machines: leave to open one is asked for as all else is, so it is on record who had one, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta, Struct

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import SELF, Observation, Resource
from openqrm.domain.storage import Storage
from openqrm.domain.terminal import LINES, LineKind, Terminal
from openqrm.domain.user import Role
from openqrm.planning.fields import Name
from openqrm.planning.record_plans import ASKED, plan_of
from openqrm.plugin_api.actions import put, remove
from openqrm.plugin_api.drivers import Place
from openqrm.plugin_api.intents import Intent, Issued, Query, refers_to
from openqrm.plugin_api.planning import Drivers, Planning, Reading
from openqrm.ports.records import Facts

LIFE_S = 60.0
_WHOSE = "sshterm (ssh), novnc (screen), or the plugin of its VMs (serial, screen)"


class OpenTerminal(Intent, noun="terminal", verb="open", role=Role.OPERATOR):
    """Get a ticket for a terminal of a resource: good once, for a minute, for yourself.

    `ssh` is a shell on the machine, `serial` the first serial line of a VM, `screen` its picture, keyboard and mouse
    by VNC. `openqrm terminal attach` and `openqrm terminal screen` do both at once, asking and opening.
    """

    resource: Annotated[Name, refers_to("resource"), Meta(description="the machine")]
    line: Annotated[LineKind, Meta(description="ssh, serial or screen")] = "ssh"
    ticket: Issued = Issued("")


class ShowLines(Query, noun="terminal", verb="lines", role=Role.OPERATOR):
    """Show which terminals of a resource you may open, and which machine leads to each."""

    resource: Annotated[Name, refers_to("resource"), Meta(description="the machine")]


class Line(Struct):
    """A kind of terminal that a plugin has for this resource."""

    line: str
    host: str


def plan_open_terminal(intent: OpenTerminal, planning: Planning) -> Plan:
    """The ticket's record, and the end of those that nobody used."""
    facts = planning.facts
    resource = facts.get(Resource, intent.resource)
    found = find_place(planning.drivers, resource, intent.line)
    if not _may_have(intent.line, resource, planning.role, facts):
        message = f"a shell of {resource.name}, which has volumes or VMs of others, needs the role ADMINISTRATOR"
        raise PlanningError(Category.REFUSED, message, "Have an administrator look there.")
    if found is None:
        message = f"no plugin has a terminal of kind {intent.line} for {resource.name}"
        raise PlanningError(Category.UNSUPPORTED, message, f"Enable and start one: openqrm plugin start {_WHOSE}.")
    _refuse_when_off(resource, intent.line, facts)
    terminal = Terminal(
        name=f"{resource.name}.{intent.ticket[:12]}", user=planning.user, resource=resource.name, line=intent.line,
        host=found.host, argv=found.argv, address=found.address, digest=intent.ticket,
        expires_at_s=planning.now_s + LIFE_S,
    )  # fmt: skip
    say = f"Give {planning.user} leave to open a {intent.line} terminal of {resource.name}"
    steps = [Step(id="ticket", action=put(terminal, None, say), why=ASKED)]
    for old in facts.list(Terminal):
        if old.expires_at_s < planning.now_s:
            end = remove(old, f"Forget an unused ticket for {old.resource}")
            steps.append(Step(id=f"old-{old.id}", action=end, why="its time is over", optional=True))
    return replace(plan_of(intent, say, steps, about=resource, past="terminal-opened"), on_failure=OnFailure.UNDO,
                   locks=())  # fmt: skip


def _may_have(line: str, resource: Resource, role: Role, facts: Facts) -> bool:
    """Who is root on a host or a storage reads and writes all disks and VMs that it has, whosever they are."""
    if line != "ssh" or role >= Role.ADMINISTRATOR:
        return True
    return not (resource.carries or resource.name == SELF or facts.list(Storage, resource=resource.name))


def _refuse_when_off(resource: Resource, line: str, facts: Facts) -> None:
    """A VM's lines are its host's, and there while it runs."""
    seen = facts.find(Observation, resource.name) if resource.host and line != "ssh" else None
    if seen is not None and seen.power == "off":
        hint = f"Power it on first: openqrm resource power-on {resource.name}"
        raise PlanningError(Category.CONFLICT, f"VM {resource.name} is off and has no {line} now", hint)


def find_place(drivers: Drivers, resource: Resource, line: str) -> Place | None:
    """The first that a started plugin knows."""
    return next((place for each in drivers.terminals() if (place := each.find_place(resource, line))), None)


def answer_show_lines(query: ShowLines, reading: Reading) -> list[Line]:
    resource = reading.facts.get(Resource, query.resource)
    mine = (line for line in LINES if _may_have(line, resource, reading.role, reading.facts))
    places = ((line, find_place(reading.drivers, resource, line)) for line in mine)
    return [Line(line, place.host) for line, place in places if place]


PLANNERS = {OpenTerminal: plan_open_terminal}
ANSWERS = {ShowLines: answer_show_lines}
