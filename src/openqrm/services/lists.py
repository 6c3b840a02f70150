"""Lists, the same for every noun: a part of them, sorted, and only what fits. The database does what it can."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import msgspec

from openqrm.adapters.database.skims import Page
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.record import Record
from openqrm.plugin_api.listing import FILLED, Listing, ListQuery
from openqrm.services.answers import StoreReading

AT_ONCE = 1000  # rows that are looked at when the database cannot tell whether they fit
PLAIN = (str, int, float, bool)
COMMON = frozenset(ListQuery.__struct_fields__)


@dataclass(frozen=True)
class Shown:
    """A field of a row: where it stands in it, and its type. `stored` when it is the record's own column."""

    path: str
    type: Any
    stored: bool

    @property
    def is_plain(self) -> bool:
        """It can be compared."""
        return isinstance(self.type, type) and issubclass(self.type, PLAIN)


@cache
def shown_fields(row: Any, kind: Any, derived: frozenset[str] = frozenset()) -> dict[str, Shown]:
    """By name; a record within a row lends its fields to it."""
    found: dict[str, Shown] = {}
    within: dict[str, Shown] = {}
    columns = {each.name for each in fields(kind)} if kind else set()
    for name, hint in get_type_hints(row).items():
        if get_origin(hint) is ClassVar:
            continue
        if is_dataclass(hint) and isinstance(hint, type) and issubclass(hint, Record):
            record: Any = hint
            inner = shown_fields(record, record)
            within |= {key: Shown(f"{name}.{key}", each.type, hint is kind) for key, each in inner.items()}
        else:
            found[name] = Shown(name, _bare(hint), name in columns and name not in derived)
    return within | found


def _bare(hint: Any) -> Any:
    parts = [part for part in get_args(hint) if part is not type(None)]
    return parts[0] if len(parts) == 1 and type(None) in get_args(hint) else hint


@dataclass
class Wanted:
    """A query taken apart: what the database compares, and what is compared afterwards."""

    page: Page
    stored: dict[str, object]
    fits: list[Callable[[Any], bool]]


def wanted_of(query: ListQuery, shown: dict[str, Shown], *, in_memory: bool) -> Wanted:
    """Raises PlanningError `bad_input` for a field that is not there, and for what is no value of it."""
    own = {name: value for name, value in msgspec.structs.asdict(query).items() if name not in COMMON}
    asked = [(name, value) for name, value in own.items() if name in shown and value not in (None, "")]
    asked += [(name, _parsed(name, text, shown)) for name, _, text in (each.partition("=") for each in query.filter)]
    sort = query.sort.lstrip("-") or "name"
    if sort != "name" or in_memory:
        _look_up(sort, shown)
        if not in_memory and not shown[sort].stored:
            can = ", ".join(name for name, each in shown.items() if each.stored and each.is_plain)
            raise PlanningError(Category.BAD_INPUT, f"this list cannot be sorted by {sort}", f"It can by: {can}.")
    wanted = Wanted(Page(query.limit, query.after, sort, query.sort.startswith("-")), {}, [])
    for name, value in asked:
        if shown[name].stored and not in_memory and wanted.stored.setdefault(name, value) == value:
            continue
        wanted.fits.append(_comparison(shown[name].path, value))
    return wanted


def _comparison(path: str, value: object) -> Callable[[Any], bool]:
    read = operator.attrgetter(path)
    return lambda row: bool(read(row) == value)


def _look_up(name: str, shown: dict[str, Shown]) -> Shown:
    found = shown.get(name)
    if found is None or not found.is_plain:
        can = ", ".join(name for name, each in shown.items() if each.is_plain)
        raise PlanningError(Category.BAD_INPUT, f"the rows have no field {name[:63]!r} to go by", f"They have: {can}.")
    return found


def _parsed(name: str, text: str, shown: dict[str, Shown]) -> object:
    try:
        return msgspec.convert(text, _look_up(name, shown).type, strict=False)
    except msgspec.ValidationError as error:
        raise PlanningError(Category.BAD_INPUT, f"filter {name}: {error}", "Take one the list shows.") from None


def answer_listing(query: ListQuery, reading: StoreReading, listing: Listing) -> Sequence[Any]:
    """Rows made of the records that the database finds."""
    kind: Any = listing.kind
    wanted = wanted_of(query, shown_fields(listing.shown, kind, listing.derived), in_memory=False)
    equal = dict(wanted.stored)
    for name, value in listing.narrow(reading).items():
        asked = equal.setdefault(name, value)
        if asked != value and (value is not FILLED or asked == ""):
            return []  # asked for what is not theirs to see
    if not wanted.fits:
        return _rows(wanted.page, equal, reading, listing)[0]
    page, found = wanted.page, []
    step = AT_ONCE if page.limit else 0
    while True:
        rows, last = _rows(replace(page, limit=step), equal, reading, listing)
        found += [row for row in rows if all(fits(row) for fits in wanted.fits)]
        if not last or not step or (page.limit and len(found) >= page.limit):
            return found[: page.limit or None]
        page = replace(page, after=last)


def _rows(page: Page, equal: dict[str, object], reading: StoreReading, listing: Listing) -> tuple[Sequence[Any], str]:
    """The rows, and the name of the last record when there may be more behind it."""
    skims = reading.tx.skims
    records = skims.page(listing.kind, page, equal, listing.fields)
    last = records[-1].name if records and page.limit and len(records) == page.limit else ""
    return listing.rows(records, skims, reading) if listing.rows else records, last


def part_of(rows: Sequence[Any], query: ListQuery, row: Any) -> Sequence[Any]:
    """The same for rows that are no records: there are few of them."""
    shown = shown_fields(row, None)
    wanted = wanted_of(query, shown, in_memory=True)
    page = wanted.page
    read, name_of = (operator.attrgetter(shown[name].path) for name in (page.sort, "name"))
    found = sorted((each for each in rows if all(fits(each) for fits in wanted.fits)), key=name_of)
    found.sort(key=read, reverse=page.downwards)
    if page.after:
        names = [name_of(each) for each in found]
        if page.after not in names:
            hint = "Begin with the first page again."
            raise PlanningError(Category.NOT_FOUND, f"{page.after[:80]!r}, behind which the page begins, is gone", hint)
        found = found[names.index(page.after) + 1 :]
    return found[: page.limit or None]
