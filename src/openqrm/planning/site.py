"""The whole site at a glance, and one search over all nouns; the answers are in openqrm.services."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from openqrm.domain.user import Role
from openqrm.planning.fields import Line
from openqrm.plugin_api.intents import Query


class ShowSummary(Query, noun="site", verb="summary", role=Role.READ_ONLY):
    """Show everything at a glance: resources, hosts, storages, plans and what needs attention."""


class SearchSite(Query, noun="site", verb="search", role=Role.READ_ONLY):
    """Search all nouns for a text: names, comments, addresses, events."""

    q: Annotated[Line, Meta(description="the text", min_length=1)]
    kinds: Annotated[Line, Meta(description="only these, like resource,image")] = ""
    limit: Annotated[int, Meta(ge=1, le=100, description="how many at most")] = 20
