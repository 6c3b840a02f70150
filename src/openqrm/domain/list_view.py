"""A way to look at a list, kept under a title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.record import Record


@dataclass(frozen=True, kw_only=True)
class ListView(Record):
    """Its name is USER.NUMBER, for others may use the same title. What is empty narrows nothing."""

    kind: ClassVar[str] = "view"
    user: str = ""
    of: str = ""  # the noun whose list it shows
    title: str = ""
    text: str = ""  # every word of it is somewhere in the row
    state: str = ""
    sort: str = ""  # a column; with a dash before it downwards
    hidden: tuple[str, ...] = ()  # columns
    shared: bool = False  # everybody may use it
