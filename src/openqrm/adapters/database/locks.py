"""Locks: no two plans have a hand on the same object."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from openqrm.adapters.database.dialect import in_turn
from openqrm.adapters.database.tables import LOCKS, PLANS, RECORDS
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import PlanState

BUSY_HINT = "Wait until that plan has finished, or look whether it is stuck: openqrm plan show"
TAKE_LOCK = 6_000_007  # who shares and who does not must see each other before either is committed
TAKING = insert(LOCKS)
RELEASING = update(LOCKS).where(LOCKS.c.plan == bindparam("at_plan")).values(held=False)
_OF_THESE = LOCKS.c.ref.in_(bindparam("refs", expanding=True))
HELD = select(LOCKS.c.ref, LOCKS.c.plan).where(_OF_THESE, LOCKS.c.held.is_(True)).limit(1)
HELD_ALONE = HELD.where(LOCKS.c.shared.is_(False))


class Locks:
    """Held rows of `locks`, in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, plan: int, refs: Sequence[str], shares: Sequence[str] = ()) -> None:
        """All of them, SHARES beside others that share them. Raises PlanningError `busy` that names who has one."""
        if not (refs or shares):
            return
        in_turn(self._connection, TAKE_LOCK)
        self._refuse_held(refs, shares)
        rows = [{"plan": plan, "ref": ref, "held": True, "shared": ref in shares} for ref in (*refs, *shares)]
        self._connection.execute(TAKING, rows)

    def take_again(self, plan: int) -> None:
        """Take back what a finished plan had. Raises PlanningError `conflict` when a later plan touched any of it."""
        in_turn(self._connection, TAKE_LOCK)
        refs, shares = self.refuse_later(plan)
        self._refuse_held(refs, shares)
        self._connection.execute(update(LOCKS).where(LOCKS.c.plan == plan).values(held=True))

    def refuse_later(self, plan: int) -> tuple[list[str], list[str]]:
        """What a finished plan had, and what it shared. Raises PlanningError `conflict` as `take_again` does."""
        mine = self._connection.execute(select(LOCKS.c.ref, LOCKS.c.shared).where(LOCKS.c.plan == plan)).all()
        shares = [row.ref for row in mine if row.shared]
        refs = [row.ref for row in mine if not row.shared]
        later = select(LOCKS.c.ref, LOCKS.c.plan, LOCKS.c.shared, PLANS.c.about).join(PLANS, PLANS.c.id == LOCKS.c.plan)
        touched = LOCKS.c.ref.in_(refs) | (LOCKS.c.ref.in_(shares) & LOCKS.c.shared.is_(False))
        later = later.where(touched, LOCKS.c.plan > plan, PLANS.c.state != PlanState.UNDONE)
        rows = self._connection.execute(later.order_by(LOCKS.c.plan.desc()))
        found = next((row for row in rows if not row.shared or self._is_there(row.about)), None)
        if found is not None:
            message = f"plan {found.plan} has worked on {found.ref} since plan {plan}"
            raise PlanningError(
                Category.CONFLICT, message, "What it did can no longer be taken back alone; ask for a new plan."
            )
        return refs, shares

    def _is_there(self, about: str) -> bool:
        """Who only shared an object counts as long as what came of it is there: a clone, an image."""
        kind, _, name = about.partition("/")
        table = RECORDS.get(kind)
        return table is None or self._connection.scalar(select(table.c.id).where(table.c.name == name)) is not None

    def release(self, plan: int) -> None:
        """Let go of all of them."""
        self._connection.execute(RELEASING, {"at_plan": plan})

    def _refuse_held(self, refs: Sequence[str], shares: Sequence[str]) -> None:
        for question, these in ((HELD, refs), (HELD_ALONE, shares)):
            found = self._connection.execute(question, {"refs": list(these)}).first() if these else None
            if found is not None:
                raise PlanningError(Category.BUSY, f"plan {found.plan} is at work on {found.ref}", BUSY_HINT)
