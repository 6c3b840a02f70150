"""Tells subscribers of events: at least once, in order, each in its own time. A broken one cannot break a start."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from openqrm.domain.errors import RETRIED, OpenqrmError
from openqrm.ports.events import Feed, Subscriber, Tiding

log = structlog.get_logger()
LOOK_S = 1.0  # for news that nobody rang for: those of other processes, and those that were due later
HOLD_S = 120.0
BATCH = 50
BACKOFF_CAP_S = 300.0
TRIES_OF_A_DEFECT = 8  # what does not answer is tried for ever, what breaks is given up: it would break for ever


class Outbox:
    """One thread a subscriber, so that a slow one delays nobody else. `Feed.states()` shows what is in whose way."""

    def __init__(
        self, feed: Feed, subscribers: Sequence[Subscriber], *, now_s: Callable[[], float] = time.time
    ) -> None:
        self._feed, self._now_s = feed, now_s
        self._closing = threading.Event()
        self._news = [threading.Event() for _ in subscribers]
        self._threads = [
            threading.Thread(target=self._attend, args=(subscriber, news), name=f"tell-{subscriber.name}", daemon=True)
            for subscriber, news in zip(subscribers, self._news, strict=True)
        ]
        for subscriber in subscribers:
            feed.join(subscriber.name)

    def start(self) -> None:
        """Begin to tell."""
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """There may be news: look now."""
        for news in self._news:
            news.set()

    def close(self) -> None:
        """Nothing is begun any more; what is being delivered comes to its end."""
        self._closing.set()
        self.ring()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _attend(self, subscriber: Subscriber, news: threading.Event) -> None:
        while not self._closing.is_set():
            try:
                told = self.tell(subscriber)
            except Exception:  # of the feed: a database that restarts must not end the telling
                log.exception("news cannot be read", subscriber=subscriber.name)
                told = False
            if not told:
                news.wait(LOOK_S)
                news.clear()

    def tell(self, subscriber: Subscriber) -> bool:
        """Deliver what is due; whether all of a batch could be, so that there may be more."""
        batch = self._feed.take(subscriber.name, self._now_s(), HOLD_S, BATCH)
        if not batch:
            return False
        held_until_s = self._now_s() + HOLD_S / 2
        try:
            for tiding in batch:
                if self._closing.is_set() or self._now_s() > held_until_s or not self._deliver(subscriber, tiding):
                    return False
        finally:
            self._feed.release(subscriber.name)
        return True

    def _deliver(self, subscriber: Subscriber, tiding: Tiding) -> bool:
        try:
            subscriber.deliver(tiding.event)
        except Exception as error:  # whatever it is, it is this subscriber's alone
            known = isinstance(error, OpenqrmError)
            log.warning(
                "a subscriber could not be told", subscriber=subscriber.name, why=str(error), exc_info=not known
            )
            self._failed(subscriber.name, tiding, error)
            return False
        self._feed.delivered(subscriber.name, tiding.number)
        return True

    def _failed(self, name: str, tiding: Tiding, error: Exception) -> None:
        due_s = self._now_s() + min(2.0**tiding.failures, BACKOFF_CAP_S)
        self._feed.failed(name, f"{type(error).__name__}: {error}", due_s)
        passing = isinstance(error, OpenqrmError) and error.category in RETRIED
        if not passing and tiding.failures + 1 >= TRIES_OF_A_DEFECT:
            log.error("an event was given up", subscriber=name, number=tiding.event.name)
            self._feed.skipped(name, tiding.number)
