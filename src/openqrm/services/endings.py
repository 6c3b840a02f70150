"""Whoever waits for the end of a plan is woken by it, when this process drives it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Endings:
    """Thread-safe. Another process that drives a plan wakes nobody here: so look now and then all the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._awaited: dict[str, set[threading.Event]] = {}

    @contextmanager
    def awaited(self, plan: str) -> Iterator[threading.Event]:
        """Set as soon as this plan has ended or is stuck; enter it before the plan is handed out."""
        ended = threading.Event()
        with self._lock:
            self._awaited.setdefault(plan, set()).add(ended)
        try:
            yield ended
        finally:
            with self._lock:
                self._awaited[plan].discard(ended)
                if not self._awaited[plan]:
                    del self._awaited[plan]

    def tell(self, plan: str) -> None:
        """It has ended, or is stuck."""
        with self._lock:
            for ended in self._awaited.get(plan, ()):
                ended.set()
