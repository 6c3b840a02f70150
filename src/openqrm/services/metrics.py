"""Figures of this installation in Prometheus' text format."""

from __future__ import annotations

import resource as usage
import time
from collections import Counter
from collections.abc import Callable, Iterator

from openqrm.adapters.database import Database
from openqrm.domain.plan import PlanState
from openqrm.domain.resource import Condition, Observation, Resource, condition


class Metrics:
    """Counted when asked for; asking every few seconds is fine."""

    def __init__(self, database: Database, uplinks: Callable[[], int]) -> None:
        self._database, self._uplinks = database, uplinks
        self._began_s = time.time()

    def render(self) -> str:
        """The whole page."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        conditions, plans = self._counted()
        yield "# TYPE openqrm_resources gauge"
        for each in Condition:
            yield f'openqrm_resources{{condition="{each}"}} {conditions[each]}'
        yield "# TYPE openqrm_plans gauge"
        for state in (PlanState.RUNNING, PlanState.STUCK):
            yield f'openqrm_plans{{state="{state}"}} {plans[state]}'
        yield "# TYPE openqrm_uplinks gauge"
        yield f"openqrm_uplinks {self._uplinks()}"
        yield "# TYPE process_start_time_seconds gauge"
        yield f"process_start_time_seconds {self._began_s:.3f}"
        spent = usage.getrusage(usage.RUSAGE_SELF)
        yield "# TYPE process_cpu_seconds_total counter"
        yield f"process_cpu_seconds_total {spent.ru_utime + spent.ru_stime:.3f}"

    def _counted(self) -> tuple[Counter[Condition], Counter[PlanState]]:
        now_s = time.time()
        with self._database.reading() as tx:
            seen = {each.name: each for each in tx.records.list(Observation)}
            resources = tx.records.list(Resource)
            plans = tx.plans.page(states=(PlanState.RUNNING, PlanState.STUCK), limit=100_000)
        conditions = Counter(condition(each, seen.get(each.name), now_s) for each in resources)
        return conditions, Counter(plan.state for plan in plans)
