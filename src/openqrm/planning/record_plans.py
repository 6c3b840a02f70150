"""Plans that only write records: one step each, with the guards that all nouns share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_name
from openqrm.domain.plan import Plan, Reversal, Step
from openqrm.domain.record import Record
from openqrm.plugin_api.actions import put, remove
from openqrm.plugin_api.intents import Intent
from openqrm.ports.records import Facts

R = TypeVar("R", bound=Record)
ASKED = "it was asked for"


def plan_put(intent: Intent, record: Record, before: Record | None = None) -> Plan:
    """Create the record, which its removal takes back; or change it from `before`."""
    verb, past = ("Change", "changed") if before else ("Create", "created")
    say = f"{verb} {record.kind} {record.name}"
    step = Step(id="record", action=put(record, before, say), why=ASKED)
    plan = plan_of(intent, say, (step,), about=record, past=past)
    return plan if before else replace(plan, reversal=removing(record))


def removing(record: Record) -> Reversal:
    """Takes back that the record was created, unless something uses it by then."""
    return Reversal(f"{record.kind}.remove", {"name": record.name})


def plan_remove(intent: Intent, record: Record) -> Plan:
    """Remove the record."""
    say = f"Remove {record.kind} {record.name}"
    return plan_of(intent, say, (Step(id="record", action=remove(record, say), why=ASKED),), about=record)


def plan_of(
    intent: Intent, title: str, steps: Iterable[Step], *, about: Record, past: str = "removed", confirm: str = ""
) -> Plan:
    """A plan of these steps about one record; its success is the event `kind.past`."""
    return Plan(
        title=title,
        steps=tuple(steps),
        intent=f"{intent.noun}.{intent.verb}",
        locks=(about.ref,),
        topic_done=f"{about.kind}.{past}",
        about=about.ref,
        confirm=confirm,
    )


def new_name(facts: Facts, kind: type[Record], name: str) -> str:
    """A name that no record of this kind has yet."""
    if facts.find(kind, parse_name(name)) is not None:
        raise PlanningError(
            Category.CONFLICT, f"there is a {kind.kind} {name} already", "Choose another name, or edit that one."
        )
    return name


def refuse_in_use(record: Record, users: Iterable[Record], hint: str) -> None:
    """Raises PlanningError `conflict` that names what uses the record."""
    names = [user.ref.replace("/", " ") for user in users]
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        used = ", ".join(names[:5])
        raise PlanningError(Category.CONFLICT, f"{record.kind} {record.name} is in use by {used}{more}", hint)


def record_of(kind: type[R], intent: Intent) -> R:
    """A new record with the fields of the intent."""
    return kind(**{name: getattr(intent, name) for name in intent.__struct_fields__})


def edited(before: R, intent: Intent) -> R:
    """The record with the fields that were given; those that are None stay as they are."""
    given: dict[str, Any] = {name: getattr(intent, name) for name in intent.__struct_fields__}
    return replace(before, **{name: value for name, value in given.items() if value is not None})
