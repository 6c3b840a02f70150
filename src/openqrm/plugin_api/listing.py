"""Lists: what can be asked of any of them, and how those of stored records are made, many thousand at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from msgspec import Meta

from openqrm.domain.record import Record
from openqrm.plugin_api.intents import Query
from openqrm.plugin_api.planning import Reading

R = TypeVar("R", bound=Record)
FILLED = object()  # what `narrow` says where a field is not to be empty
Filter = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,62}=[^\u0000-\u001f\u007f]*$(?!\n)", max_length=300)]


class ListQuery(Query, kw_only=True):
    """A query whose answer is a list of rows with names; these fields hold for all of them."""

    limit: Annotated[int, Meta(ge=0, le=10_000, description="how many at most; 0: all")] = 0
    after: Annotated[
        str,
        Meta(pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)", max_length=200, description="only those behind this one"),
    ] = ""
    sort: Annotated[
        str, Meta(pattern=r"^(-?[a-z][a-z0-9_]{0,62})?$(?!\n)", description="field to sort by; -FIELD: downwards")
    ] = ""
    filter: Annotated[list[Filter], Meta(max_length=20, description="FIELD=VALUE: only those; may be repeated")] = (
        msgspec.field(default_factory=list)
    )


class Related(Protocol):
    """Other records that rows show something of."""

    def among(self, kind: type[R], field: str, values: Collection[str], fields: Sequence[str]) -> list[R]:
        """Those whose field has one of these values, perhaps others besides. Only `fields` of them may be read."""
        ...


@dataclass(frozen=True)
class Listing:
    """How a list is made of records: these fields of them are read, and `rows` makes rows of them, in their order.

    Without `rows` the records are the rows. `derived` are fields of a row that only sound like the record's;
    `narrow` says which records the asking user may see.
    """

    kind: type[Record]
    row: Any = None
    rows: Callable[[Sequence[Any], Related, Any], Sequence[Any]] | None = None
    fields: tuple[str, ...] = ()
    derived: frozenset[str] = frozenset()
    narrow: Callable[[Reading], Mapping[str, object]] = lambda _reading: {}

    @property
    def shown(self) -> Any:
        """The type of a row."""
        return self.row or self.kind
