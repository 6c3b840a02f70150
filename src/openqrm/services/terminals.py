"""Tickets for terminals are good once, and for the one they were given to."""

from __future__ import annotations

from dataclasses import dataclass

from openqrm.adapters.database import Database
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.terminal import Terminal
from openqrm.planning.terminal import OpenTerminal
from openqrm.ports.world import World
from openqrm.services.caller import Caller, check_role
from openqrm.services.sessions import digest_of


@dataclass(frozen=True)
class Tickets:
    """Over the records that `terminal open` makes."""

    database: Database
    world: World

    def take(self, caller: Caller, ticket: str) -> Terminal:
        """What the ticket is for; whoever shows it, it is spent. Raises PlanningError `refused`."""
        with self.database.transaction() as tx:
            found = next(iter(tx.records.list(Terminal, digest=digest_of(ticket))), None)
            if found is not None:
                tx.records.remove(Terminal, found.name)
        if found is None or found.expires_at_s < self.world.now_s() or found.user != caller.user:
            hint = "Have a new one made: openqrm terminal open RESOURCE"
            raise PlanningError(Category.REFUSED, "this ticket is not known, spent, too old, or another user's", hint)
        check_role(caller, OpenTerminal)  # it may have changed since
        return found
