"""What happened, for people and for subscribers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from openqrm.domain.record import Record


class Severity(StrEnum):
    """How much it matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    INFO = "info"


@dataclass(frozen=True, kw_only=True)
class Event(Record):
    """A fact in the past tense (`topic`, e.g. `appliance.started`) about one object; its name is its number."""

    kind: ClassVar[str] = "event"
    topic: str
    about: str  # kind/name
    severity: Severity
    text: str
    plan: str = ""
    user: str = ""
    at_s: float = 0.0
    seen_at_s: float = 0.0  # identical events are counted, not stored twice
    count: int = 1
    acknowledged_by: str = ""
