"""Something has happened to a resource: plans that hold it are driven now and not at their next look."""

from __future__ import annotations

import queue
import threading

import structlog

from openqrm.adapters.database import Database
from openqrm.ports.plans import Dispatcher

log = structlog.get_logger()
AGAIN_S = 1.0


class Ringer:
    """A thread of its own, so that whoever rings never waits."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        self._database, self._dispatcher = database, dispatcher
        self._queue: queue.SimpleQueue[frozenset[str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ringer", daemon=True)
        self._thread.start()

    def ring(self, resources: frozenset[str]) -> None:
        """Names of resources."""
        self._queue.put(resources)

    def close(self) -> None:
        """Ring what is there, then end."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        missed = frozenset[str]()
        while (resources := self._next(AGAIN_S if missed else None)) is not None:
            missed |= resources
            try:
                self._ring(missed)
            except Exception:  # of the database or the queue: one that restarts must not end the ringing
                log.exception("plans could not be rung; trying again", resources=len(missed))
            else:
                missed = frozenset()

    def _next(self, timeout_s: float | None) -> frozenset[str] | None:
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return frozenset()

    def _ring(self, resources: frozenset[str]) -> None:
        with self._database.reading() as tx:
            plans = {plan for name in resources for plan in tx.plans.ring(f"resource/{name}")}
        for plan in plans:
            self._dispatcher.submit(plan)
