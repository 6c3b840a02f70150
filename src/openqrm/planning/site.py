"""The whole site at a glance, one search over all nouns, what plugins add; the answers are in openqrm.services."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from openqrm.domain.user import Role
from openqrm.planning.fields import Line
from openqrm.plugin_api.checks import Verdict
from openqrm.plugin_api.intents import Query

Part = Literal["network", "dhcp", "programs", "kernel", "storage", "hosts", "machines"]


class ShowSummary(Query, noun="site", verb="summary", role=Role.READ_ONLY):
    """Show everything at a glance: resources, hosts, storages, plans and what needs attention."""


class PanelView(msgspec.Struct):
    """A table that a plugin adds to the page of an object; nothing in it is HTML."""

    plugin: str
    title: str
    rows: list[tuple[str, str]]


class MenuRow(msgspec.Struct):
    """An entry that a plugin adds to the menu: it opens the list of `noun`."""

    plugin: str
    title: str
    noun: str
    below: str


class ShowPanels(Query, noun="site", verb="panels", role=Role.READ_ONLY):
    """Show what plugins add to the page of an object."""

    about: Annotated[Line, Meta(description="the object, like appliance/web")]


class ShowMenu(Query, noun="site", verb="menu", role=Role.READ_ONLY):
    """Show what plugins add to the console's menu."""


class SearchSite(Query, noun="site", verb="search", role=Role.READ_ONLY):
    """Search all nouns for a text: names, comments, addresses, events."""

    q: Annotated[Line, Meta(description="the text", min_length=1)]
    kinds: Annotated[Line, Meta(description="only these, like resource,image")] = ""
    limit: Annotated[int, Meta(ge=1, le=100, description="how many at most")] = 20


class Sentence(msgspec.Struct):
    """Its blanks, like {name}, are filled with facts."""

    text: str
    facts: dict[str, str]


class CheckRow(msgspec.Struct, kw_only=True):
    """One thing that was looked at: what was seen, what to do, and the intent and command that do it.

    `told` has `looked_at`, `seen` and `do` once more, for who says them in another language.
    """

    part: Part
    verdict: Verdict
    about: str
    looked_at: str
    seen: str
    do: str
    intent: str  # noun.verb; empty: nothing that openQRM could do
    fields: list[tuple[str, str]]  # of the intent, as far as they are known
    command: str
    told: dict[str, Sentence]


class CheckSite(Query, noun="site", verb="check", role=Role.OPERATOR):
    """Look whether all is there that a first appliance needs, and say what to do about what is not.

    Looks at this machine's networks, asks for other DHCP servers, and asks storages and hosts what they hold.
    """

    part: Annotated[Part | None, Meta(description="only this part; the whole takes some seconds")] = None
