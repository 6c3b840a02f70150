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
        self._log = 0  # the number of the log's file, once its name lies on the disk

    def flush(self) -> None:
        """All that was committed before this call outlives a power cut when it returns."""
        with self._counting:
            self._asked += 1
            mine = self._asked
        with self._flushing:
            if self._flushed < mine:  # else somebody began to flush after we had asked
                upto = self._asked
                log = self._flush(f"{self._path}-wal")
                if log != self._log:
                    self._flush(os.path.dirname(self._path) or ".", os.O_DIRECTORY)
                self._flushed, self._log = upto, log

    def _flush(self, path: str, flags: int = 0) -> int:
        """The number of the file; 0 when there is none."""
        try:
            file = os.open(path, os.O_RDONLY | flags)  # by name each time: SQLite may have made the log anew
        except FileNotFoundError:
            return 0
        try:
            self._fsync(file)
            return os.fstat(file).st_ino
        finally:
            os.close(file)
