"""Finding text in all that people write or read of objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from openqrm.adapters.database.rows import form
from openqrm.adapters.database.tables import PLANS
from openqrm.domain.kinds import KINDS

# Besides the name. What is not here is no text for people, or a secret's digest.
FIELDS = {
    "appliance": ("comment", "image", "kernel"),
    "event": ("text", "topic", "about"),
    "image": ("comment", "volume", "os_version"),
    "kernel": ("comment", "release"),
    "network": ("comment", "cidr", "domain"),
    "resource": ("mac", "address", "place", "comment", "claimed_by", "host", "cpu_model"),
    "storage": ("comment", "type", "resource"),
    "user": ("comment",),
    "volume": ("storage", "granted_to", "source"),
}


@dataclass(frozen=True)
class Hit:
    """An object, and the field that the text was found in. A lower rank is a better one."""

    kind: str
    name: str
    field: str
    text: str
    rank: int


class Search:
    """In the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, text: str, kinds: Collection[str], limit: int) -> list[Hit]:
        """The best first: this name, names that begin so, any other place; events and plans newest first."""
        hits = [hit for kind in kinds if kind in FIELDS for hit in self._of_kind(kind, text.lower(), limit)]
        if "plan" in kinds and text.isdecimal():
            hits += self._plan(text)
        return sorted(hits, key=lambda hit: hit.rank)[:limit]

    def _of_kind(self, kind: str, text: str, limit: int) -> Iterator[Hit]:
        this = form(KINDS[kind])
        columns = {"name": this.key, **{field: this.table.c[field] for field in FIELDS[kind]}}
        if kind == "event":
            del columns["name"]
        found = [func.lower(column).contains(text, autoescape=True) for column in columns.values()]
        rank = _rank(columns["name"], text) if "name" in columns else case((found[0], 3), else_=4)
        order = this.table.c.id.desc() if kind == "event" else this.key
        wanted = select(this.key, rank.label("rank"), *columns.values()).where(or_(*found))
        for row in self._connection.execute(wanted.order_by(rank, order).limit(limit)):
            field, value = next((f, v) for f, v in zip(columns, row[2:], strict=True) if text in str(v).lower())
            yield Hit(kind, str(row[0]), field, str(value)[:200], int(row[1]))

    def _plan(self, text: str) -> Iterator[Hit]:
        found = select(PLANS.c.id, PLANS.c.intent).where(PLANS.c.id == int(text[:18]))
        for row in self._connection.execute(found):
            yield Hit("plan", str(row.id), "id", row.intent, 0)


def _rank(name: ColumnElement[str], text: str) -> ColumnElement[int]:
    lower = func.lower(name)
    return case(
        (lower == text, 0), (lower.startswith(text, autoescape=True), 1), (lower.contains(text, autoescape=True), 2),
        else_=3,
    )  # fmt: skip
