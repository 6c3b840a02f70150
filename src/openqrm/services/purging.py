"""Removed volumes are destroyed when the time for which their storage keeps them is over."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import PlanState
from openqrm.domain.user import Role
from openqrm.planning.volume_removed import PurgeDueVolumes
from openqrm.services.caller import Caller
from openqrm.services.desk import Desk, Wishes
from openqrm.services.plan_view import PlanView

ITSELF = Caller("openqrm", Role.ADMINISTRATOR, "daily")
LOOK_S = 1.0
WISHES = Wishes(reason="the time for which they are kept is over")


@dataclass(frozen=True)
class Purging:
    """A daily chore. Each batch is a plan as if somebody had asked; one that does not end well is left to be seen."""

    desk: Desk

    def __call__(self, ending: threading.Event) -> int:
        """How many plans were carried out."""
        count = 0
        while not ending.is_set():
            try:
                plan = self.desk.ask(ITSELF, PurgeDueVolumes(), WISHES).plan
            except PlanningError as nothing_due:
                if nothing_due.category is Category.CONFLICT:
                    return count
                raise
            if self._ended(plan, ending).state != PlanState.DONE:
                return count
            count += 1
        return count

    def _ended(self, plan: PlanView, ending: threading.Event) -> PlanView:
        while plan.is_open and not ending.wait(LOOK_S):
            plan = self.desk.show(ITSELF, plan.id)
        return plan
