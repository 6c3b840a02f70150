"""A record as a row and back, and the statements for its kind, built once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec
from sqlalchemy import JSON, Select, bindparam, select

from openqrm.adapters.database.tables import RECORDS
from openqrm.domain.event import Event
from openqrm.domain.record import Record

R = TypeVar("R", bound=Record)


class Form(Generic[R]):
    """How one kind of record is stored."""

    def __init__(self, kind: type[R]) -> None:
        self.kind, self.table = kind, RECORDS[kind.kind]
        types = get_type_hints(kind)
        self.names = [f.name for f in fields(kind) if f.name in self.table.c]
        self.loads: dict[str, Callable[[Any], Any]] = {
            name: _loader(types[name]) for name in self.names if _needs_loading(self.table.c[name].type, types[name])
        }
        self._dumps = [name for name in self.names if isinstance(self.table.c[name].type, JSON)]
        self.key = self.table.c.id if kind is Event else self.table.c.name
        self.columns = select(*(self.table.c[name] for name in self.names))
        # Statements built once: building one costs more than carrying it out.
        self._equal: dict[tuple[str, ...], Select[Any]] = {}
        self.by_name = self.columns.where(self.key == bindparam("key"))
        self.adding = self.table.insert()
        same = (self.table.c.id == bindparam("at_id"), self.table.c.version == bindparam("at_version"))
        self.changing = self.table.update().where(*same)

    def key_of(self, name: str) -> str | int:
        """What the key column is compared with."""
        return number_of(name) if self.kind is Event else name

    def equal(self, *names: str) -> Select[Any]:
        """All whose columns of these names equal the parameters of these names, by key."""
        if names not in self._equal:
            same = (self.table.c[name] == bindparam(name) for name in names)
            self._equal[names] = self.columns.where(*same).order_by(self.key)
        return self._equal[names]

    def record(self, row: Sequence[Any]) -> R:
        """The record of this row."""
        values: dict[str, Any] = dict(zip(self.names, row, strict=True))
        for name, load in self.loads.items():
            values[name] = load(values[name])
        if self.kind is Event:
            values["name"] = str(values["id"])
        return self.kind(**values)

    def values(self, record: R) -> dict[str, Any]:
        """Its columns, without number and version."""
        values = {name: getattr(record, name) for name in self.names if name not in ("id", "version")}
        for name in self._dumps:
            values[name] = msgspec.to_builtins(values[name])
        return values


def form(kind: type[R]) -> Form[R]:
    """The form of this kind."""
    made: Form[R] | None = _forms.get(kind)
    if made is None:
        made = _forms[kind] = Form(kind)
    return made


_forms: dict[type[Any], Form[Any]] = {}


def _needs_loading(column_type: object, annotation: Any) -> bool:
    return (isinstance(column_type, JSON) and annotation is not dict[str, Any]) or annotation not in (
        str, int, float, bool, dict[str, Any],
    )  # fmt: skip


def _loader(annotation: Any) -> Callable[[Any], Any]:
    return lambda raw: msgspec.convert(raw, annotation)


def number_of(text: str) -> int:
    """The number of a row that this text stands for; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
