"""One drive's hold on a journal: facts go out in order, and a second writer is fenced off."""

from __future__ import annotations

import threading

from openqrm.domain.errors import OpenqrmError
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Action
from openqrm.engine.past import Past, fold
from openqrm.ports.plans import PlanStore
from openqrm.ports.world import World

LONGEST_NOTE = 2000


class Ledger:
    """Appends facts for the steps of one plan; steps run side by side, so it locks."""

    def __init__(self, store: PlanStore, world: World, plan: str) -> None:
        self._store, self._world = store, world
        self.stored = store.load(plan)
        self._entries = list(store.journal(plan))
        self._lock = threading.Lock()

    def write(self, step: str, fact: Fact, note: str = "", error: OpenqrmError | None = None) -> None:
        """One fact, durable when this returns. Raises Fenced when another runner has the plan."""
        with self._lock:
            entry = Entry(
                seq=len(self._entries),
                step=step,
                fact=fact,
                at_s=self._world.now_s(),
                note=(str(error) if error else note)[:LONGEST_NOTE],
                category=error.category if error else "",
                hint=error.hint if error else "",
            )
            self._store.append(self.stored.id, (entry,))
            self._entries.append(entry)

    def write_ahead(self, step: str, fact: Fact, action: Action, note: str) -> None:
        """The fact that this action is about to change something.

        What it changes inside, in the same database, cannot outlive the fact when the power goes; anything else can.
        """
        self.write(step, fact, note)
        if not getattr(action, "inside", False):
            self._store.flush()

    @property
    def seen(self) -> int:
        """How many facts there are, ours included."""
        return len(self._entries)

    def past(self) -> Past:
        """All that was written so far."""
        with self._lock:
            return fold(self.stored.plan, self._entries)
