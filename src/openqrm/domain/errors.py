"""One closed list of error categories, and the two errors that carry them."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """Why something did not happen, in terms the engine and the operator can act on."""

    BAD_INPUT = "bad_input"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    STALE = "stale"
    BUG = "bug"


RETRIED = frozenset({Category.BUSY, Category.UNAVAILABLE})


class OpenqrmError(Exception):
    """What happened (`message`) and what to do about it (`hint`)."""

    def __init__(self, category: Category, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.category, self.message, self.hint = category, message, hint


class PlanningError(OpenqrmError):
    """Refused before anything was touched: nothing happened."""


class StepError(OpenqrmError):
    """A step failed: something may have happened."""


class Ending(OpenqrmError):
    """openQRM ends while it waits for something: what was begun is left as by a crash, and the next start looks at it.

    No StepError, for nothing has failed.
    """

    def __init__(self) -> None:
        super().__init__(Category.UNAVAILABLE, "openQRM is ending", "Ask again when it has started anew.")
