"""Commands that have been sent to machines and have not come back."""

from __future__ import annotations

import itertools
import secrets
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from openqrm.boot.uplink.lines import Done
from openqrm.domain.errors import Category, Ending, StepError
from openqrm.ports.uplink import Executed


@dataclass(frozen=True)
class _Waiting:
    boot_id: str
    ended: Future[Executed]


class Commands:
    """An answer belongs to the boot that was asked, over whichever connection it comes."""

    def __init__(self) -> None:
        # ids of an earlier run of this process must not be taken for ours
        self._prefix, self._numbers = secrets.token_hex(4), itertools.count(1)
        self._waiting: dict[str, _Waiting] = {}
        self._lock = threading.Lock()
        self._ending = False

    def open(self, boot_id: str) -> tuple[str, Future[Executed]]:
        """An id for a new command, and its end. Raises Ending."""
        id_ = f"{self._prefix}-{next(self._numbers)}"
        ended: Future[Executed] = Future()
        with self._lock:
            if self._ending:
                raise Ending
            self._waiting[id_] = _Waiting(boot_id, ended)
        return id_, ended

    def awaits(self, boot_id: str) -> bool:
        """Whether this boot has still to answer."""
        with self._lock:
            return any(waiting.boot_id == boot_id for waiting in self._waiting.values())

    def end(self, boot_id: str, done: Done) -> None:
        """It came back; what another machine says of it does not count."""
        with self._lock:
            waiting = self._waiting.get(done.id)
            if waiting is None or waiting.boot_id != boot_id:
                return
            del self._waiting[done.id]
        waiting.ended.set_result(Executed(done.status, done.out, done.err))

    def forget(self, id_: str) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._waiting.pop(id_, None)

    def break_off(self, boot_id: str) -> None:
        """This boot is over: its answers will not come."""
        with self._lock:
            over = [id_ for id_, waiting in self._waiting.items() if waiting.boot_id == boot_id]
            ended = [self._waiting.pop(id_).ended for id_ in over]
        for each in ended:
            each.set_exception(
                StepError(Category.UNAVAILABLE, "the machine started anew meanwhile", "It is tried again.")
            )

    def end_all(self) -> None:
        """Nobody waits any longer: each gets Ending."""
        with self._lock:
            self._ending = True
            ended = [waiting.ended for waiting in self._waiting.values()]
            self._waiting.clear()
        for each in ended:
            each.set_exception(Ending())
