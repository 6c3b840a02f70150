"""How many steps are at work on one host: what finds no room waits for its turn, first come, first served."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from concurrent.futures import Future

HOST_BOUND = 4  # steps at work on one host at a time
Room = Future[None]  # done as soon as there may be room


class HostBounds:
    """Counts the steps at work on each host, and tells one who waits whenever one of them has ended."""

    def __init__(self, bound: int = HOST_BOUND) -> None:
        self._bound, self._lock = bound, threading.Lock()
        self._at_work, self._queues = defaultdict[str, int](int), defaultdict[str, deque[Room]](deque)

    def enter(self, host: str, room: Room | None = None) -> Room | None:
        """None when there is room, and it is taken; else what becomes done when to ask again, with that one then.

        An empty host has no bound.
        """
        with self._lock:
            if not host or self._at_work[host] < self._bound:
                self._at_work[host] += 1
                if room:
                    room.cancel()
                return None
            if room is None or room.done():
                room = Room()
                self._queues[host].append(room)
            return room

    def leave(self, host: str) -> None:
        """Give the room back. Nobody waits any more for one that is cancelled."""
        with self._lock:
            self._at_work[host] -= 1
            queue = self._queues[host]
            called = None
            while queue and not called:
                room = queue.popleft()
                called = room if room.set_running_or_notify_cancel() else None
        if called:
            called.set_result(None)
