"""Locks: no two plans have a hand on the same object."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from openqrm.adapters.database.tables import LOCKS, PLANS
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import PlanState

BUSY_HINT = "Wait until that plan has finished, or look whether it is stuck: openqrm plan show"
TAKING = insert(LOCKS)
RELEASING = update(LOCKS).where(LOCKS.c.plan == bindparam("at_plan")).values(held=False)
HELD = (
    select(LOCKS.c.ref, LOCKS.c.plan)
    .where(LOCKS.c.ref.in_(bindparam("refs", expanding=True)), LOCKS.c.held.is_(True))
    .limit(1)
)


class Locks:
    """Held rows of `locks`, in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, plan: int, refs: Sequence[str]) -> None:
        """Take all of them. Raises PlanningError `busy` that names the plan which holds one."""
        if not refs:
            return
        self._refuse_held(refs)
        try:
            self._connection.execute(TAKING, [{"plan": plan, "ref": ref, "held": True} for ref in refs])
        except IntegrityError as error:
            # PostgreSQL: the other one took it after we had looked.
            raise PlanningError(
                Category.BUSY, f"another plan has just begun to work on {' or '.join(refs)[:500]}", BUSY_HINT
            ) from error

    def take_again(self, plan: int) -> None:
        """Take back what a finished plan had. Raises PlanningError `conflict` when a later plan touched any of it."""
        mine = select(LOCKS.c.ref).where(LOCKS.c.plan == plan)
        later = select(LOCKS.c.ref, LOCKS.c.plan).join(PLANS, PLANS.c.id == LOCKS.c.plan)
        later = later.where(LOCKS.c.ref.in_(mine), LOCKS.c.plan > plan, PLANS.c.state != PlanState.UNDONE)
        found = self._connection.execute(later.order_by(LOCKS.c.plan.desc()).limit(1)).first()
        if found is not None:
            message = f"plan {found.plan} has worked on {found.ref} since plan {plan}"
            raise PlanningError(
                Category.CONFLICT, message, "What it did can no longer be taken back alone; ask for a new plan."
            )
        self._refuse_held(list(self._connection.scalars(mine)))
        self._connection.execute(update(LOCKS).where(LOCKS.c.plan == plan).values(held=True))

    def release(self, plan: int) -> None:
        """Let go of all of them."""
        self._connection.execute(RELEASING, {"at_plan": plan})

    def _refuse_held(self, refs: Sequence[str]) -> None:
        found = self._connection.execute(HELD, {"refs": list(refs)}).first()
        if found is not None:
            raise PlanningError(Category.BUSY, f"plan {found.plan} is at work on {found.ref}", BUSY_HINT)
