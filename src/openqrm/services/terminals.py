"""Tickets for terminals are good once: whoever shows one gets the place it is for, and nobody after."""

from __future__ import annotations

from dataclasses import dataclass

from openqrm.adapters.database import Database
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.terminal import Terminal
from openqrm.ports.world import World
from openqrm.services.sessions import digest_of


@dataclass(frozen=True)
class Tickets:
    """Over the records that `terminal open` makes."""

    database: Database
    world: World

    def take(self, ticket: str) -> Terminal:
        """What the ticket is for. Raises PlanningError `refused`."""
        with self.database.transaction() as tx:
            found = next(iter(tx.records.list(Terminal, digest=digest_of(ticket))), None)
            if found is not None:
                tx.records.remove(Terminal, found.name)
        if found is None or found.expires_at_s < self.world.now_s():
            hint = "Have a new one made: openqrm terminal open RESOURCE"
            raise PlanningError(Category.REFUSED, "this ticket is not known, spent, or too old", hint)
        return found
