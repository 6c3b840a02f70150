"""LVM: what a volume group holds, as its tools tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from openqrm.domain.errors import Category, StepError
from openqrm.ports.world import LONGEST_STREAM, Completed, Host

OURS = "openqrm"  # on each volume
MAKING = "openqrm.making"  # on a copy that is not complete yet
GROWING = "openqrm.growing"  # its file system has still to follow
DELETED = "openqrm.deleted."  # and the second since the epoch
HINT = "Log in to the storage and look at its volume group: vgs, lvs, dmesg; space left?"
_SHOWN = "lv_name,lv_size,lv_attr,pool_lv,origin,data_percent,lv_tags,lv_active"
_NOT_FOUND = "Failed to find logical volume"
_TIMEOUT_S = 120.0
_PAGE = 1000  # whose names make a command line, and whose rows an answer
# by the first of their attributes: plain, thin, mirrored, RAID, cached; no snapshot that fills up, nor a part of others
_SERVED = frozenset("-VmMrRC")
T = TypeVar("T")


class Row(msgspec.Struct, frozen=True):
    """A row of `lvs --reportformat json --units b --nosuffix`."""

    lv_name: str
    lv_size: str
    lv_attr: str
    pool_lv: str
    origin: str
    data_percent: str
    lv_tags: str
    lv_active: str


class _Name(msgspec.Struct, frozen=True):
    lv_name: str


class _NameListing(msgspec.Struct, frozen=True):
    lv: list[_Name]


class _Names(msgspec.Struct, frozen=True):
    report: list[_NameListing]


class _Listing(msgspec.Struct, frozen=True):
    lv: list[Row]


class _Report(msgspec.Struct, frozen=True):
    report: list[_Listing]


@dataclass(frozen=True)
class LogicalVolume:
    """A logical volume; `used_bytes` is what a thin one takes from its pool, all of its size for others."""

    name: str
    size_bytes: int
    used_bytes: int
    pool: str = ""
    origin: str = ""
    is_pool: bool = False
    tags: frozenset[str] = frozenset()
    active: bool = True
    attributes: str = "-wi-a-----"

    @property
    def is_put_away(self) -> bool:
        """Removed, and still to be had back."""
        return any(tag.startswith(DELETED) for tag in self.tags)

    @property
    def is_whole(self) -> bool:
        """In use as a volume: complete, and not put away."""
        return self.active and MAKING not in self.tags and not self.is_put_away

    @property
    def why_not_served(self) -> str:
        """Why one that others made cannot be served as it is; empty when it can."""
        kind, leave, used = self.attributes[0], self.attributes[1], self.attributes[5]
        reasons = {
            "was put away by openQRM: have it back by `openqrm volume restore`": self.is_put_away,
            "is a copy of openQRM's that is not complete": MAKING in self.tags,
            f"is of a kind that is not served ({self.attributes})": kind not in _SERVED,
            "may only be read": leave != "w",
            "is not active: run lvchange --activate y": not self.active,
            "is in use: mounted, served or open otherwise": used == "o",
        }
        return next((reason for reason, is_so in reasons.items() if is_so), "")


def parse_report(text: str) -> list[LogicalVolume]:
    """The output of lvs. Raises ValueError for what is none."""
    return [_volume(row) for listing in msgspec.json.decode(text, type=_Report).report for row in listing.lv]


def _parse_names(text: str) -> list[str]:
    return [each.lv_name for listing in msgspec.json.decode(text, type=_Names).report for each in listing.lv]


def list_logical(host: Host, group: str) -> list[LogicalVolume]:
    """All of a volume group that can be seen: thin pools too. Where they are too many for one answer, in parts."""
    done = call(host, "lvs", *_report(), "--", group)
    if len(done.out) < LONGEST_STREAM:
        return _parsed(told(done), parse_report)
    names = _parsed(told(call(host, "lvs", *_report("lv_name"), "--", group)), _parse_names)
    pages = (names[at : at + _PAGE] for at in range(0, len(names), _PAGE))
    return [found for page in pages for found in _list_page(host, group, page)]


def find_logical(host: Host, group: str, name: str) -> LogicalVolume | None:
    """The logical volume of this name."""
    done = _list_named(host, group, [name])
    if done.status and _NOT_FOUND in done.err:
        return None
    return next((found for found in _parsed(told(done), parse_report) if found.name == name), None)


def _list_page(host: Host, group: str, names: list[str]) -> list[LogicalVolume]:
    """Those of these names that are still there."""
    done = _list_named(host, group, names)
    # of the others it tells all the same
    found = _parsed(done.out if done.status and _NOT_FOUND in done.err else told(done), parse_report)
    if untold := [name for name in {*names} - {each.name for each in found} if f"{group}/{name}" not in done.err]:
        raise StepError(Category.UNAVAILABLE, f"lvs did not tell of {group}/{untold[0]}", HINT)
    return found


def _list_named(host: Host, group: str, names: list[str]) -> Completed:
    return call(host, "lvs", *_report(), "--", *(f"{group}/{name}" for name in names))


def call(host: Host, *argv: str, timeout_s: float = _TIMEOUT_S) -> Completed:
    """A tool of LVM, speaking English."""
    return host.run(argv, environment={"LC_ALL": "C"}, timeout_s=timeout_s)


def told(done: Completed) -> str:
    """What it printed. Raises StepError with its last words that are not a warning."""
    if done.status == 0:
        return done.out
    lines = [line.strip() for line in done.err.splitlines() if line.strip()]
    words = next((line for line in reversed(lines) if not line.startswith("WARNING")), "it said nothing")
    raise StepError(Category.REFUSED, f"LVM: {words[:300]}", HINT)


def device(group: str, name: str) -> str:
    """Where its block device is."""
    return f"/dev/{group}/{name}"


def _report(shown: str = _SHOWN) -> tuple[str, ...]:
    return ("--reportformat", "json", "--units", "b", "--nosuffix", "--options", shown)


def _parsed(text: str, parse: Callable[[str], list[T]]) -> list[T]:
    try:
        return parse(text)
    except ValueError as error:
        raise StepError(Category.UNAVAILABLE, f"lvs said what is no report: {error}", HINT) from error


def _volume(row: Row) -> LogicalVolume:
    size_bytes = int(row.lv_size)
    # an inactive one does not tell how much of the pool it takes
    used_bytes = int(size_bytes * float(row.data_percent or 0) / 100) if row.pool_lv else size_bytes
    tags = frozenset(filter(None, row.lv_tags.split(",")))
    return LogicalVolume(
        name=row.lv_name,
        size_bytes=size_bytes,
        used_bytes=used_bytes,
        pool=row.pool_lv,
        origin=row.origin,
        is_pool=row.lv_attr.startswith("t"),
        tags=tags,
        active=row.lv_active == "active",
        attributes=row.lv_attr.ljust(10, "-"),
    )
