"""What may be asked of shelves."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.plugin_api import (
    Category,
    Facts,
    Intent,
    Plan,
    PlanningError,
    Query,
    Role,
    Secret,
    Step,
    parse_name,
    refers_to,
)
from openqrm.plugin_api.actions import ForgetSecret
from openqrm.plugin_api.listing import ListQuery
from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.planning import Planner, Planning, Reading
from openqrm_plugins.image_shelf.actions import PLUGIN, KeepShelf, TakeCatalogue
from openqrm_plugins.image_shelf.catalogue import Entry, Shelf, Source, parse_key
from openqrm_plugins.image_shelf.settings import MOST_SHELVES, Settings
from openqrm_plugins.image_shelf.unpacking import UnpackEntry, find_kernel, get_shelf, plan_unpack

NameOrNone = Annotated[str, Meta(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$(?!\n)", max_length=63)]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/=\s-]*$(?!\n)", max_length=400)]
User = Annotated[str, Meta(pattern=r"^[^:\u0000-\u001f\u007f]*$(?!\n)", max_length=100)]
_TAKE_S = 200.0


class ListShelves(ListQuery, noun="shelf", verb="list", role=Role.READ_ONLY):
    """List the shelves."""


class ShowShelf(Query, noun="shelf", verb="show", role=Role.READ_ONLY):
    """Show one shelf and the names of what it offers."""

    name: Annotated[Name, refers_to("shelf"), Meta(description="the shelf")]


class ListEntries(ListQuery, noun="entry", verb="list", role=Role.READ_ONLY):
    """List what the shelves offer, as it was when their catalogues were last taken."""

    shelf: Annotated[NameOrNone, refers_to("shelf"), Meta(description="only those of this shelf")] = ""


class AddShelf(Intent, noun="shelf", verb="add", role=Role.ADMINISTRATOR):
    """Add a shelf and take its catalogue.

    With a key only a catalogue is believed that this key has signed, and never one older than one that was seen.
    """

    name: Annotated[Name, Meta(description="a name for it")]
    source: Annotated[Source, Meta(description="https://…, http://…, ftp://… or a folder")]
    key: Annotated[Key, Meta(description="public Ed25519 key of who keeps it, in PEM; empty: nobody signs")] = ""
    user: Annotated[User, Meta(description="whom to sign in as")] = ""
    password: Annotated[Secret, Meta(description="password of the user", max_length=200)] = Secret("")


class RefreshShelf(Intent, noun="shelf", verb="refresh", role=Role.OPERATOR):
    """Take the catalogue of a shelf anew. One that is refused leaves what was known."""

    name: Annotated[Name, refers_to("shelf"), Meta(description="the shelf")]


class RemoveShelf(Intent, noun="shelf", verb="remove", role=Role.ADMINISTRATOR):
    """Forget a shelf. What was unpacked from it stays."""

    name: Annotated[Name, refers_to("shelf"), Meta(description="the shelf")]


class ShelfRow(msgspec.Struct):
    """A shelf in a list."""

    name: str
    source: str
    is_signed: bool
    entries: int
    serial: int
    taken_s: float


class ShelfDetails(msgspec.Struct):
    """A shelf; `key` is empty where nobody signs."""

    name: str
    source: str
    key: str
    user: str
    serial: int
    taken_s: float
    entries: list[str]


class EntryRow(msgspec.Struct):
    """What can be unpacked. `kernel` is the package that comes with it, `kernel_here` what was made of it already."""

    name: str
    shelf: str
    os: str
    os_version: str
    size_mib: float
    kernel: str
    kernel_here: str
    comment: str
    sha256: str


def plan_add(intent: AddShelf, planning: Planning) -> Plan:
    settings: Settings = planning.settings
    if parse_name(intent.name) in settings.shelves:
        raise PlanningError(Category.CONFLICT, f"there is a shelf {intent.name} already", "Choose another name.")
    if len(settings.shelves) >= MOST_SHELVES:
        raise PlanningError(Category.CONFLICT, f"there are {MOST_SHELVES} shelves already", "Remove one first.")
    if bool(intent.user) != bool(intent.password):
        message = "a user has a password, and a password a user"
        raise PlanningError(Category.BAD_INPUT, message, "Give both or none.")
    if intent.user and intent.source.startswith("/"):
        raise PlanningError(Category.BAD_INPUT, "nobody signs in to a folder", "Leave user and password out.")
    shelf = Shelf(intent.source, parse_key(intent.key), intent.user, intent.password)
    keep = Step(id="keep", action=KeepShelf(intent.name, shelf, None), why="it was asked for")
    return _plan(intent, f"Add the shelf {intent.name}", (keep, _take(intent.name, shelf, planning, "keep")))


def plan_refresh(intent: RefreshShelf, planning: Planning) -> Plan:
    shelf = get_shelf(intent.name, planning.settings)
    return _plan(intent, f"Refresh the shelf {intent.name}", (_take(intent.name, shelf, planning),))


def plan_remove(intent: RemoveShelf, planning: Planning) -> Plan:
    shelf = get_shelf(intent.name, planning.settings)
    steps = [Step(id="keep", action=KeepShelf(intent.name, None, shelf), why="it was asked for")]
    if shelf.password:
        forget = ForgetSecret(shelf.password)
        steps.append(Step(id="forget", action=forget, why="nobody signs in there any more", needs=("keep",)))
    return _plan(intent, f"Remove the shelf {intent.name}", tuple(steps))


def _take(name: str, shelf: Shelf, planning: Planning, *needs: str) -> Step:
    why = "what it offers is known by its catalogue"
    take = TakeCatalogue(name, shelf, planning.now_s)
    return Step(id="take", action=take, why=why, needs=needs, deadline_s=_TAKE_S)


def _plan(intent: Intent, title: str, steps: tuple[Step, ...]) -> Plan:
    about = f"plugin/{PLUGIN}"
    return Plan(title=title, steps=steps, intent=f"{intent.noun}.{intent.verb}", locks=(about,), about=about)


def answer_list(_query: ListShelves, reading: Reading) -> list[ShelfRow]:
    return [
        ShelfRow(name, each.source, bool(each.key), len(each.catalogue.entries), each.catalogue.serial, each.taken_s)
        for name, each in sorted(reading.settings.shelves.items())
    ]


def answer_show(query: ShowShelf, reading: Reading) -> ShelfDetails:
    shelf = get_shelf(query.name, reading.settings)
    return ShelfDetails(
        name=query.name, source=shelf.source, key=shelf.key, user=shelf.user, serial=shelf.catalogue.serial,
        taken_s=shelf.taken_s, entries=[each.name for each in shelf.catalogue.entries],
    )  # fmt: skip


def answer_entries(_query: ListEntries, reading: Reading) -> list[EntryRow]:
    shelves: dict[str, Shelf] = reading.settings.shelves
    return [_row(each, name, reading.facts) for name in sorted(shelves) for each in shelves[name].catalogue.entries]


def _row(entry: Entry, shelf: str, facts: Facts) -> EntryRow:
    known = find_kernel(entry.kernel, facts) if entry.kernel else None
    return EntryRow(
        name=entry.name, shelf=shelf, os=entry.os, os_version=entry.os_version,
        size_mib=round(entry.size_bytes / 2**20, 1), kernel=entry.kernel.file if entry.kernel else "",
        kernel_here=known.name if known else "", comment=entry.comment, sha256=entry.sha256,
    )  # fmt: skip


PLANNERS: dict[type[Intent], Planner] = {
    AddShelf: plan_add,
    RefreshShelf: plan_refresh,
    RemoveShelf: plan_remove,
    UnpackEntry: plan_unpack,
}
ANSWERS = {ListShelves: answer_list, ShowShelf: answer_show, ListEntries: answer_entries}
