"""Events, and what is told to whom."""

from __future__ import annotations

from collections.abc import Sequence

from openqrm.domain.event import Event, Severity


class Events:
    """Events in the caller's transaction."""

    def emit(self, events: Sequence[Event]) -> None:
        """Store them, with name "" and version 0; one that repeats an unacknowledged one is counted with it."""
        raise NotImplementedError

    def page(
        self, *, severity: Severity | None = None, about: str = "", open_only: bool = False, before: str = "",
        limit: int = 100,
    ) -> list[Event]:  # fmt: skip
        """Events, newest first; `before` is the name of the last one on the page before."""
        raise NotImplementedError

    def acknowledge(self, names: Sequence[str], user: str) -> int:
        """How many of them were still open."""
        raise NotImplementedError
