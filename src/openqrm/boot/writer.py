"""One thread writes for all machines: what arrives within a few milliseconds goes into one transaction."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog

from openqrm.domain.errors import Category, StepError
from openqrm.ports.boot import BootStore, Machines

log = structlog.get_logger()
Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
GATHER_S = 0.004
LAZY_S = 0.5
LARGEST_BATCH = 1000
MOST_WAITING = 50_000


@dataclass(frozen=True)
class Taken(Generic[Answer]):
    """Answers in the order of the asks, and the resources to which something happened."""

    answers: Sequence[Answer]
    rung: frozenset[str] = frozenset()


Take = Callable[[Machines, Sequence[Ask]], Taken[Answer]]
Ring = Callable[[frozenset[str]], None]


@dataclass(frozen=True)
class _Entry:
    take: Take[Any, Any]
    ask: Any
    answered: Future[Any]


class GroupWriter:
    """Answers come only after the commit. A lazy ask waits for others, but no longer than half a second.

    `ring` is called after each commit with the resources whose milestones moved; it must be quick and not raise.
    """

    def __init__(self, store: BootStore, ring: Ring | None = None) -> None:
        self._store, self._ring = store, ring
        self._queue: queue.Queue[_Entry | None] = queue.Queue(MOST_WAITING)
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._work, name="boot-writer", daemon=True)
        self._thread.start()

    def submit(self, take: Take[Ask, Answer], ask: Ask, *, lazy: bool = False) -> Future[Answer]:
        """Have `take` called with this ask and others of its kind. Raises StepError `busy` when too many wait."""
        entry = _Entry(take, ask, Future())
        try:
            self._queue.put_nowait(entry)
        except queue.Full:
            raise StepError(
                Category.BUSY, "too many machines report at once", "They ask again by themselves."
            ) from None
        if not lazy:
            self._hurry.set()
        return entry.answered

    def close(self) -> None:
        """Write what is there, then end."""
        self._queue.put(None)
        self._hurry.set()
        self._thread.join()

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            if self._hurry.wait(LAZY_S):
                time.sleep(GATHER_S)
            self._hurry.clear()
            batch, ended = self._drain(first)
            self._write([entry for entry in batch if entry.answered.set_running_or_notify_cancel()])
            if ended:
                return

    def _drain(self, first: _Entry) -> tuple[list[_Entry], bool]:
        """What waits, and whether it was the last."""
        batch = [first]
        while len(batch) < LARGEST_BATCH and not self._queue.empty():
            entry = self._queue.get()
            if entry is None:
                return batch, True
            batch.append(entry)
        if not self._queue.empty():
            self._hurry.set()
        return batch, False

    def _write(self, batch: list[_Entry]) -> None:
        groups: dict[Take[Any, Any], list[_Entry]] = {}
        for entry in batch:
            groups.setdefault(entry.take, []).append(entry)
        try:
            taken = self._commit(groups)
        except Exception as error:  # each waiting machine is told, and the thread goes on
            log.exception("machines' reports could not be written", count=len(batch))
            for entry in batch:
                entry.answered.set_exception(error)
            return
        for entries, done in zip(groups.values(), taken, strict=True):
            for entry, answer in zip(entries, done.answers, strict=True):
                entry.answered.set_result(answer)
        rung = frozenset[str]().union(*(done.rung for done in taken))
        if rung and self._ring:
            self._ring(rung)

    def _commit(self, groups: dict[Take[Any, Any], list[_Entry]]) -> list[Taken[Any]]:
        """Twice if need be: two installations on one database may discover the same machine at the same moment."""
        try:
            return self._try(groups)
        except StepError as error:
            if error.category not in (Category.CONFLICT, Category.BUSY):
                raise
            return self._try(groups)

    def _try(self, groups: dict[Take[Any, Any], list[_Entry]]) -> list[Taken[Any]]:
        with self._store.machines() as machines:
            return [take(machines, [entry.ask for entry in entries]) for take, entries in groups.items()]
