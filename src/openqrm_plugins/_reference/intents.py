"""What may be asked of the notes: each door offers it by itself."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.plugin_api import Intent, Plan, Query, Role, Step, refers_to
from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.planning import Planning, Reading
from openqrm_plugins._reference.actions import TearNote, WriteNote


class WriteANote(Intent, noun="note", verb="write", role=Role.OPERATOR):
    """Write a note of an appliance by hand."""

    appliance: Annotated[Name, refers_to("appliance"), Meta(description="the appliance")]
    text: Annotated[str, Meta(max_length=80, pattern=r"^[ -~]*$(?!\n)", description="what to write, one line")]


class TearANote(Intent, noun="note", verb="tear", role=Role.OPERATOR):
    """Tear up a note that was written by hand."""

    appliance: Annotated[Name, refers_to("appliance"), Meta(description="the appliance")]
    text: Annotated[str, Meta(max_length=80, pattern=r"^[ -~]*$(?!\n)", description="what was written")]


class ShowNote(Query, noun="note", verb="show", role=Role.READ_ONLY):
    """Read the note of an appliance."""

    appliance: Annotated[Name, refers_to("appliance"), Meta(description="the appliance")]


class NoteText(msgspec.Struct):
    """A note; empty when there is none."""

    text: str


def plan_write(intent: WriteANote, planning: Planning) -> Plan:
    action = WriteNote(planning.settings.directory, intent.appliance, intent.text)
    step = Step(id="note-write", action=action, why=f"{planning.user} asked for it")
    return Plan(title=f"Write a note of {intent.appliance}", steps=(step,), intent="note.write")


def plan_tear(intent: TearANote, planning: Planning) -> Plan:
    action = TearNote(planning.settings.directory, intent.appliance, intent.text)
    step = Step(id="note-tear", action=action, why=f"{planning.user} asked for it")
    return Plan(title=f"Tear up the note of {intent.appliance}", steps=(step,), intent="note.tear")


def show(query: ShowNote, reading: Reading) -> NoteText:
    return NoteText(WriteNote(reading.settings.directory, query.appliance, "").found(reading.world) or "")


PLANNERS = {WriteANote: plan_write, TearANote: plan_tear}
ANSWERS = {ShowNote: show}
