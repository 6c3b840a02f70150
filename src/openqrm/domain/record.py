"""What every stored noun has: a name, a number, a version and a reference to lock it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Record:
    """A stored noun. `version` counts its changes, so that a plan made from an older one is noticed."""

    kind: ClassVar[str]
    name: str
    id: int = 0
    version: int = 0

    @property
    def ref(self) -> str:
        """`kind/name`, the word for this object in locks, events and plans."""
        return f"{self.kind}/{self.name}"
