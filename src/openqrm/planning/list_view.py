"""Views of lists: each user's own, and those that somebody shares with all."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.list_view import ListView
from openqrm.domain.plan import Plan
from openqrm.domain.user import Role
from openqrm.planning.fields import Line, Numbered
from openqrm.planning.record_plans import plan_put, plan_remove
from openqrm.planning.user import own_alone, own_or_administrator
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.listing import ListQuery
from openqrm.plugin_api.planning import Planning, Reading

MOST = 100  # of one user
Noun = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9-]{0,62})?$(?!\n)", max_length=63)]
Column = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$(?!\n)", max_length=63)]
Sort = Annotated[str, Meta(pattern=r"^(-?[a-z][a-z0-9_]{0,62})?$(?!\n)", max_length=64)]
Title = Annotated[str, Meta(pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)", min_length=1, max_length=60)]


class ViewRow(msgspec.Struct, kw_only=True):
    """A view in a list; `name` is for `view remove`."""

    name: str
    of: str
    title: str
    text: str
    state: str
    sort: str
    hidden: list[str]
    shared: bool
    user: str


class ListViews(ListQuery, noun="view", verb="list", role=Role.READ_ONLY):
    """List views of lists: your own and those that others share, or everybody's for an administrator."""

    of: Annotated[Noun, Meta(description="only those of this noun's list")] = ""


class SaveView(Intent, noun="view", verb="save", role=Role.READ_ONLY):
    """Keep a way to look at a list under a title, in the place of your own of that title."""

    of: Annotated[Noun, Meta(min_length=1, description="the noun whose list it shows, like resource")]
    title: Annotated[Title, Meta(description="what it is called")]
    text: Annotated[Line, Meta(description="only rows that hold these words")] = ""
    state: Annotated[Line, Meta(description="only rows in this state")] = ""
    sort: Annotated[Sort, Meta(description="column to sort by; -COLUMN: downwards")] = ""
    hidden: Annotated[list[Column], Meta(description="columns that are not shown", max_length=60)] = msgspec.field(
        default_factory=list
    )
    shared: Annotated[bool, Meta(description="everybody may use it")] = False


class RemoveView(Intent, noun="view", verb="remove", role=Role.READ_ONLY):
    """Forget a view: one of your own, or as an administrator anybody's."""

    name: Annotated[Numbered, refers_to("view"), Meta(description="the view, as USER.NUMBER")]


def plan_save_view(intent: SaveView, planning: Planning) -> Plan:
    own = planning.facts.list(ListView, user=planning.user)
    before = next((each for each in own if (each.of, each.title) == (intent.of, intent.title)), None)
    if before is None and len(own) >= MOST:
        message = f"user {planning.user} keeps {MOST} views already"
        raise PlanningError(Category.CONFLICT, message, "Remove one that you no longer need: openqrm view list")
    number = 1 + max((int(each.name.rpartition(".")[2]) for each in own), default=0)
    view = replace(
        before or ListView(name=f"{planning.user}.{number}", user=planning.user, of=intent.of, title=intent.title),
        text=intent.text, state=intent.state, sort=intent.sort, hidden=tuple(intent.hidden), shared=intent.shared,
    )  # fmt: skip
    return quietly(plan_put(intent, view, before))


def plan_remove_view(intent: RemoveView, planning: Planning) -> Plan:
    view = planning.facts.get(ListView, intent.name)
    own_or_administrator(view.user, planning)
    return quietly(plan_remove(intent, view))


def quietly(plan: Plan) -> Plan:
    """What somebody prefers to look at is no event."""
    return replace(plan, topic_done="")


def answer_list_views(_query: ListViews, reading: Reading) -> list[ViewRow]:
    sees_all, views = not own_alone(reading), reading.facts.list(ListView)
    return [view_row(each) for each in views if sees_all or each.shared or each.user == reading.user]


def view_row(view: ListView) -> ViewRow:
    """As a list has it."""
    return ViewRow(
        name=view.name, of=view.of, title=view.title, text=view.text, state=view.state, sort=view.sort,
        hidden=[*view.hidden], shared=view.shared, user=view.user,
    )  # fmt: skip


PLANNERS = {SaveView: plan_save_view, RemoveView: plan_remove_view}
ANSWERS = {ListViews: answer_list_views}
