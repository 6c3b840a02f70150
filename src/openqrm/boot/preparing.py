"""Makes the parts of initrds before a machine asks for them: the first one of a kernel costs seconds of a processor."""

from __future__ import annotations

import os
import threading

import structlog

from openqrm.boot.kernels import Kernels

log = structlog.get_logger()
EVERY_S = 5.0
NICE = 19


class Preparing:
    """A thread that works when nobody else does; a kernel that comes is noticed within seconds."""

    def __init__(self, kernels: Kernels, *, every_s: float = EVERY_S) -> None:
        self._kernels, self._every_s = kernels, every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="initrd-preparing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; a part that is being made is finished first."""
        self._ending.set()
        self._thread.join()

    def _work(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)  # on Linux this is of the thread alone
        while not self._ending.wait(self._every_s):
            try:
                self._kernels.prepare(self._ending.is_set)
            except Exception:  # of the database too; a machine that asks is told the same, with its hint
                log.exception("initrds could not be prepared")
