"""Notices volumes that have vanished: each storage is asked what it holds, and nothing is done but to tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import structlog

from openqrm.boot.events import event
from openqrm.boot.watch import Standing, tell
from openqrm.boot.writer import GroupWriter
from openqrm.domain.errors import OpenqrmError
from openqrm.domain.event import Event, Severity
from openqrm.domain.storage import Storage, Volume
from openqrm.ports.records import Records

log = structlog.get_logger()
EVERY_S = 10.0
RAREST_S = 120.0  # a storage that does not answer is asked half as often each time
SHARE = 50  # of its time a storage, and we, are busy with this for one part at most
AT_ONCE = 4
FEW = 5  # when more are gone at once, it is their storage that is to be looked at

VANISHED, RETURNED = "volume.vanished", "volume.returned"
ENDS = (RETURNED, "volume.created", "volume.removed")  # what is made anew under a name has not vanished

Ask = Callable[[Storage], Collection[str] | None]


class VolumeWatch:
    """All storages. `ask` gives the names of what one holds; None: they are but names.

    `held` gives those of some references that a plan has a hand on: what it makes or removes has not vanished.
    `standing` gives what an event was told of, and none of its ends since: a restart repeats nothing. Nobody is asked
    any more when ENDING is set.
    """

    def __init__(
        self, records: Records, writer: GroupWriter, ask: Ask, held: Callable[[Collection[str]], Collection[str]],
        standing: Standing, ending: threading.Event,
    ) -> None:  # fmt: skip
        self._records, self._writer, self._ask, self._held = records, writer, ask, held
        self._standing, self._ending = standing, ending
        self._knows = False  # what was told before
        self._told: set[str] = set()  # what stood when it began to; storages as they are now
        self._gone: dict[str, frozenset[str]] = {}  # storage → its volumes that were told of
        self._due_s: dict[str, float] = {}
        self._pause_s: dict[str, float] = {}

    def look(self, now_s: float) -> None:
        """One pass."""
        if not self._knows:
            self._told, self._gone, self._knows = {*self._standing(VANISHED, ENDS)}, {}, True
        due = [each for each in self._records.list(Storage) if now_s >= self._due_s.get(each.name, 0.0)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda storage: self._look_at(storage, now_s), due))

    def forget(self) -> None:
        """Another process looks, and tells meanwhile."""
        self._knows = False

    def _look_at(self, storage: Storage, now_s: float) -> None:
        if self._ending.is_set():
            return
        began_s = time.monotonic()
        try:
            self._compare(storage)
            pause_s = max(EVERY_S, SHARE * (time.monotonic() - began_s))
        except OpenqrmError as error:
            log.info("what a storage holds is not known", storage=storage.name, why=error.message)
            pause_s = min(2 * self._pause_s.get(storage.name, EVERY_S), RAREST_S)
        self._pause_s[storage.name], self._due_s[storage.name] = pause_s, now_s + pause_s

    def _compare(self, storage: Storage) -> None:
        names = self._ask(storage)
        if names is None:
            return
        known = {each.name: each for each in self._records.list(Volume, storage=storage.name)}
        gone = known.keys() - names
        before = self._told_of(storage, known, gone)
        if gone - before:  # what a plan has just made may not have been there yet
            gone -= {ref.partition("/")[2] for ref in self._held([known[name].ref for name in gone])}
            gone -= {*(self._ask(storage) or ())}
        lost = self._say_lost(storage, known, sorted(gone - before), len(names))
        if events := [*lost, *self._say_found(storage, known, sorted((before - gone) & known.keys()), len(gone))]:
            self._writer.submit(tell, tuple(events)).result(60)
        self._gone[storage.name] = frozenset(gone)

    def _told_of(self, storage: Storage, known: Collection[str], gone: Collection[str]) -> frozenset[str]:
        """Its volumes of which it was told that they have vanished, one by one or all at once."""
        if storage.name in self._gone:
            return self._gone[storage.name]
        if len(gone) > FEW and storage.ref in self._told:
            return frozenset(gone)
        return frozenset(name for name in known if f"{Volume.kind}/{name}" in self._told)

    def _say_lost(self, storage: Storage, known: dict[str, Volume], new: list[str], holds: int) -> list[Event]:
        if len(new) <= FEW:
            return [_lost(storage, known[name], holds) for name in new]
        self._told.add(storage.ref)
        text = (
            f"{len(new)} of {len(known)} volumes have vanished from storage {storage.name}, {new[0]} first: "
            f"{storage.resource} answers, and holds {holds}. See whether its disk is there and mounted"
        )
        return [event(VANISHED, storage.name, Severity.ERROR, text, kind="storage")]

    def _say_found(self, storage: Storage, known: Collection[str], back: list[str], gone: int) -> list[Event]:
        """One by one, unless they are many, or were the last of many."""
        if len(back) <= FEW and (gone or storage.ref not in self._told):
            return [_found(storage, name) for name in back]
        self._told.discard(storage.ref)
        text = f"{len(known) - gone} of {len(known)} volumes are on storage {storage.name} again"
        return [event(RETURNED, storage.name, Severity.NOTICE, text, kind="storage")]


def _lost(storage: Storage, volume: Volume, holds: int) -> Event:
    others = f"{holds} other{'s' if holds > 1 else ''}" if holds else "none"
    writer = f" {volume.granted_to} still writes it by its grant." if volume.granted_to else ""
    text = (
        f"Volume {volume.name} has vanished from storage {storage.name}: {storage.resource} answers, and holds "
        f"{others}.{writer} Somebody removed or renamed it there: put it back, or remove it here"
    )
    return event(VANISHED, volume.name, Severity.ERROR, text, kind="volume")


def _found(storage: Storage, name: str) -> Event:
    text = f"Volume {name} is on storage {storage.name} again"
    return event(RETURNED, name, Severity.NOTICE, text, kind="volume")
