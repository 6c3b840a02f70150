"""Once a day, what is over and old is forgotten: plans with their journals, what was told, events seen to."""

from __future__ import annotations

import threading
import time

import structlog

from openqrm.adapters.database import Database
from openqrm.services.wish_keys import KEPT_S

log = structlog.get_logger()
DAY_S = 86_400.0
FIRST_S = 600.0  # the start has other things to do
BREATH_S = 0.05  # between two batches, for those who want to write


class Pruner:
    """A thread of its own. Nothing unfinished or stuck goes, nor an error or warning that nobody has acknowledged."""

    def __init__(self, database: Database, keep_days: int) -> None:
        self._database, self._keep_s = database, keep_days * DAY_S
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="pruner", daemon=True)

    def start(self) -> None:
        """Begin; without days to keep nothing is ever done."""
        self._thread.start()

    def close(self) -> None:
        """End, after the batch that is at work."""
        self._ending.set()
        self._thread.join()

    def look(self, now_s: float) -> int:
        """One pass; how many plans, tidings and events are gone."""
        return self._database.pruning.prune(now_s - self._keep_s, now_s - KEPT_S, lambda: self._ending.wait(BREATH_S))

    def _work(self) -> None:
        pause_s = FIRST_S
        while self._keep_s and not self._ending.wait(pause_s):
            pause_s = DAY_S
            try:
                log.info("pruned", rows=self.look(time.time()))
            except Exception:  # of the database: one that restarts must not end the pruning
                log.exception("could not prune; trying again tomorrow")
