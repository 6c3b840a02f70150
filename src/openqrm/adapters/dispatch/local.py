"""Plans driven in this process: one thread keeps the time, some others drive."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import structlog

from openqrm.domain.errors import Category, OpenqrmError

log = structlog.get_logger()
AFTER_FAILURE_S = 30.0


class LocalDispatcher:
    """ports.plans.Dispatcher. A plan that waits is one entry in a heap; no plan is driven twice at once."""

    def __init__(self, *, threads: int = 32) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="drive")
        self._timer = threading.Thread(target=self._keep_time, name="dispatch", daemon=True)
        self._changed = threading.Condition()
        self._heap: list[tuple[float, str]] = []
        self._due: dict[str, float] = {}  # the one entry of the heap that counts, for each plan
        self._driven: set[str] = set()
        self._open = True

    def start(self, drive: Callable[[str], None], unfinished: Callable[[], Iterable[tuple[str, float]]]) -> None:
        """Begin; `unfinished` tells the plans of an earlier life. All are looked at: what rang meanwhile is lost."""
        self._drive = drive
        for plan, _ in unfinished():
            self.submit(plan)
        self._timer.start()

    def submit(self, plan: str, *, due_s: float = 0) -> None:
        """Drive this plan at `due_s` (epoch; 0: now). Asking twice drives it once at the earlier time."""
        with self._changed:
            if due_s < self._due.get(plan, float("inf")):
                self._due[plan] = due_s
                heapq.heappush(self._heap, (due_s, plan))
                if self._heap[0] == (due_s, plan):
                    self._changed.notify()

    def close(self) -> None:
        """No further drive begins; those at work come to their end."""
        with self._changed:
            self._open = False
            self._changed.notify()
        if self._timer.ident is not None:
            self._timer.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _keep_time(self) -> None:
        while self._open:
            with self._changed:
                wait_s = self._hand_out(time.time())
                if self._open:
                    self._changed.wait(wait_s)

    def _hand_out(self, now_s: float) -> float | None:
        """Give the drivers all that is due; seconds until the next one is."""
        while self._heap:
            due_s, plan = self._heap[0]
            outdated = self._due.get(plan) != due_s
            if not outdated and due_s > now_s:
                return min(due_s - now_s, threading.TIMEOUT_MAX)
            heapq.heappop(self._heap)
            if outdated or plan in self._driven:  # a plan at work is put back by `_work`, from `_due`
                continue
            del self._due[plan]
            self._driven.add(plan)
            self._pool.submit(self._work, plan)
        return None

    def _work(self, plan: str) -> None:
        again_s = 0.0
        try:
            if self._open:
                self._drive(plan)
        except Exception as error:  # whatever it is, the others are driven on, and this one again
            known = isinstance(error, OpenqrmError) and error.category is not Category.BUG
            log.error("plan could not be driven", plan=plan, why=str(error), exc_info=not known)
            again_s = time.time() + AFTER_FAILURE_S
        with self._changed:
            self._driven.discard(plan)
            if again_s and plan not in self._due:
                self._due[plan] = again_s
            if plan in self._due:
                heapq.heappush(self._heap, (self._due[plan], plan))
                self._changed.notify()
