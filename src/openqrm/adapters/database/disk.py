"""What SQLite has committed, brought to the disk: those who ask at the same time share one flush."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable


class Disk:
    """With `synchronous = NORMAL` a commit is in the write-ahead log, which the kernel writes out when it likes.

    All of that log lies on the disk once it is flushed; what is no longer in it SQLite has flushed itself.
    """

    def __init__(self, path: str, fsync: Callable[[int], None] = os.fsync) -> None:
        self._path, self._fsync = path, fsync
        self._counting, self._flushing = threading.Lock(), threading.Lock()
        self._asked = self._flushed = 0

    def flush(self) -> None:
        """All that was committed before this call outlives a power cut when it returns."""
        with self._counting:
            self._asked += 1
            mine = self._asked
        with self._flushing:
            if self._flushed < mine:  # else somebody began to flush after we had asked
                upto = self._asked
                self._flush(f"{self._path}-wal")
                self._flush(os.path.dirname(self._path) or ".", os.O_DIRECTORY)  # the log may be a new file
                self._flushed = upto

    def _flush(self, path: str, flags: int = 0) -> None:
        try:
            file = os.open(path, os.O_RDONLY | flags)  # by name each time: SQLite makes the log anew now and then
        except FileNotFoundError:
            return
        try:
            self._fsync(file)
        finally:
            os.close(file)
