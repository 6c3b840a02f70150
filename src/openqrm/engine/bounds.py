"""How many steps are at work on one host: what finds no room waits for its turn, first come, first served."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from concurrent.futures import Future

HOST_BOUND = 4  # steps at work on one host at a time


class Room(Future[None]):
    """Done as soon as there may be room on this host."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host


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
                room = Room(host)
                self._queues[host].append(room)
            return room

    def leave(self, host: str) -> None:
        """Give the room back."""
        with self._lock:
            self._at_work[host] -= 1
            called = self._next(host)
        if called:
            called.set_result(None)

    def give_up(self, room: Room) -> None:
        """Nobody comes for this room: if it was called already, the next one is called in its place."""
        if room.cancel():
            return
        with self._lock:
            called = self._next(room.host) if self._at_work[room.host] < self._bound else None
        if called:
            called.set_result(None)

    def _next(self, host: str) -> Room | None:
        """Nobody waits any more for one that is cancelled."""
        queue = self._queues[host]
        while queue:
            room = queue.popleft()
            if room.set_running_or_notify_cancel():
                return room
        return None
