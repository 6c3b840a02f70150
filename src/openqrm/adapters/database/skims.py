"""Records skimmed for lists: pages, and only the fields that are shown, without the cost of whole records."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Connection, Select, select

from openqrm.adapters.database.rows import form
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.record import Record
from openqrm.plugin_api.listing import FILLED

R = TypeVar("R", bound=Record)
AT_ONCE = 1000  # rows, so that they are gone again before the garbage collector looks at them
MOST_NAMED = 2000  # beyond it reading all from the first to the last costs less than naming them


@dataclass(frozen=True)
class Page:
    """Which part of a list; `limit` 0 is all of it. `after` is the name of the last one on the page before."""

    limit: int = 0
    after: str = ""
    sort: str = "name"
    downwards: bool = False


class Skims:
    """In the caller's transaction. What it gives reads like the records, as far as the fields asked for go."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self, kind: type[R], page: Page, equal: Mapping[str, object], fields: Sequence[str] = ()
    ) -> builtins.list[R]:
        """Those whose fields equal these, in the order asked for; without `fields` all are read."""
        table = form(kind).table
        wanted = self._columns(kind, fields).where(
            *(table.c[name] != "" if value is FILLED else table.c[name] == value for name, value in equal.items())
        )
        column = table.c[page.sort]
        if page.after:
            wanted = wanted.where(self._behind(kind, page))
        order = column.desc() if page.downwards else column
        wanted = wanted.order_by(order) if page.sort == "name" else wanted.order_by(order, table.c.name)
        return self._read(kind, wanted.limit(page.limit) if page.limit else wanted, fields)

    def among(self, kind: type[R], field: str, values: Collection[str], fields: Sequence[str]) -> builtins.list[R]:
        """Those whose field has one of these values; when they are very many, others besides."""
        column = form(kind).table.c[field]
        many = len(values) > MOST_NAMED
        fitting = column.between(min(values), max(values)) if many else column.in_(list(values))
        return self._read(kind, self._columns(kind, fields).where(fitting), fields)

    def _behind(self, kind: type[Record], page: Page) -> Any:
        table = form(kind).table
        if page.sort == "name":
            return table.c.name < page.after if page.downwards else table.c.name > page.after
        column = table.c[page.sort]
        last = self._connection.execute(select(column).where(table.c.name == page.after)).first()
        if last is None:
            message = f"{kind.kind} {page.after[:80]!r}, behind which the page begins, is gone"
            raise PlanningError(Category.NOT_FOUND, message, "Begin with the first page again.")
        further = column < last[0] if page.downwards else column > last[0]
        return further | ((column == last[0]) & (table.c.name > page.after))

    def _columns(self, kind: type[Record], fields: Sequence[str]) -> Select[Any]:
        this = form(kind)
        return select(*(this.table.c[name] for name in fields or this.names))

    def _read(self, kind: type[R], wanted: Select[Any], fields: Sequence[str]) -> builtins.list[R]:
        make, loads = _shape(cast(Any, kind), tuple(fields))
        found = []
        for rows in self._connection.execute(wanted).partitions(AT_ONCE):
            if not loads:
                found += [make(*row) for row in rows]
                continue
            for row in rows:
                values = [*row]
                for at, load in loads:
                    values[at] = load(values[at])
                found.append(make(*values))
        return cast(builtins.list[R], found)


@cache
def _shape(kind: Any, fields: tuple[str, ...]) -> tuple[Any, tuple[tuple[int, Any], ...]]:
    """A struct for these fields, and what turns JSON into values; whole records are only told on, as JSON has them."""
    this = form(kind)
    names = fields or tuple(this.names)
    make = msgspec.defstruct(f"Skimmed{kind.__name__}", [(name, Any) for name in names], frozen=True, gc=False)
    loads = tuple((names.index(name), this.loads[name]) for name in fields if name in this.loads)
    return make, loads
