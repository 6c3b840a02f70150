"""What is over and old is forgotten: plans with their journals, what was told, events seen to."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from openqrm.adapters.database import Database
from openqrm.services.daily import DAY_S
from openqrm.services.wish_keys import KEPT_S

BREATH_S = 0.05  # between two batches, for those who want to write


@dataclass(frozen=True)
class Pruning:
    """A daily chore. Nothing unfinished or stuck goes, nor an error or warning that nobody has acknowledged."""

    database: Database
    keep_days: int  # 0: for ever

    def __call__(self, ending: threading.Event) -> int:
        """How many plans, tidings and events are gone."""
        if not self.keep_days:
            return 0
        now_s = time.time()
        before_s = now_s - self.keep_days * DAY_S
        return self.database.pruning.prune(before_s, now_s - KEPT_S, lambda: ending.wait(BREATH_S))
