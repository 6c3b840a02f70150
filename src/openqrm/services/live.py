"""What has changed, told to every console: one reader of the database feeds them all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

import structlog

from openqrm.adapters.database import Database, Transaction
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.user import Role
from openqrm.services.caller import Caller
from openqrm.services.live_loads import EVERY_S as LOADS_EVERY_S
from openqrm.services.live_loads import Loads
from openqrm.services.live_rows import LiveRows, Ref, Row

log = structlog.get_logger()
EVERY_S = 0.25
TRIM_EVERY_S = 60.0
PAUSE_S = 5.0  # after the database has failed
MOST_CLIENTS = 1000
MOST_WAITING = 10_000  # rows, for a client that reads slowly
AT_ONCE = 500
QUIET_KINDS = frozenset({"observation"})  # only for who asks for them


@dataclass(frozen=True)
class Told:
    """One message; `place` 0: there is more to come before this place is reached."""

    event: str
    place: int = 0
    rows: tuple[bytes, ...] = ()


@dataclass(eq=False)
class Client:
    """One console. `wake` is called from another thread when there is something to take."""

    caller: Caller
    wake: Callable[[], None]
    kinds: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    load: frozenset[str] = frozenset()  # besides, and also when nothing but its load has changed
    only: Ref | None = None  # nothing but the row of this object
    place: int = 0  # 0: begin with what comes now
    waiting: dict[Ref, bytes] = field(default_factory=dict)
    greeting: str = ""
    is_ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Told | None:
        """The next message; None: nothing for now."""
        with self.lock:
            if self.greeting:
                event, self.greeting = self.greeting, ""
                return Told(event, self.place)
            if not self.waiting:
                return None
            taken = list(islice(self.waiting.items(), AT_ONCE))
            for ref, _ in taken:
                del self.waiting[ref]
            return Told("changes", 0 if self.waiting else self.place, tuple(json for _, json in taken))

    def give(self, rows: Iterable[Row], place: int, roles: dict[str, Role]) -> None:
        """Only the latest row of each object waits; when too many do, the client has to read everything anew."""
        with self.lock:
            for row in rows:
                if self._wants(row, roles):
                    self.waiting.pop((row.kind, row.name), None)
                    self.waiting[row.kind, row.name] = row.json
            self.place = place
            if len(self.waiting) > MOST_WAITING:
                self.waiting.clear()
                self.greeting = "resync"
            has_news = bool(self.waiting or self.greeting)
        if has_news:
            self.wake()

    def greet(self, event: str, place: int) -> None:
        """`ready` or `resync`: what came before this place is not told."""
        with self.lock:
            self.waiting.clear()
            self.greeting, self.place = event, place
        self.wake()

    def end(self) -> None:
        """openQRM ends."""
        self.is_ended = True
        self.wake()

    def shows_load(self, row: Row) -> bool:
        """Whether it wants this row each time its machine has reported."""
        return row.kind in self.load or bool(self.load & row.about)

    def _wants(self, row: Row, roles: dict[str, Role]) -> bool:
        if self.caller.role < roles[row.kind] or self.only not in (None, (row.kind, row.name)):
            return False
        if row.owner and row.owner != self.caller.user and self.caller.role < Role.ADMINISTRATOR:
            return False
        if self.shows_load(row):
            return True
        if row.kind in QUIET_KINDS and row.kind not in self.kinds and not self.about:
            return False
        return (not self.kinds or row.kind in self.kinds) and (not self.about or bool(self.about & row.about))


class Live:
    """A thread of its own, which rests while nobody looks."""

    def __init__(
        self, database: Database, rows: LiveRows,
        *, every_s: float = EVERY_S, pause_s: float = PAUSE_S, most: int = MOST_CLIENTS,
        loads_every_s: float = LOADS_EVERY_S,
    ) -> None:  # fmt: skip
        self._database, self._rows, self._every_s = database, rows, every_s
        self._pause_s, self._most = pause_s, most
        self._loads = Loads(rows, loads_every_s)
        self._clients: list[Client] = []
        self._new: list[Client] = []
        self._place: int | None = None  # not looking
        self._trimmed_s = time.monotonic()
        self._change = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="live", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """All clients are told to go."""
        with self._change:
            self._ending = True
            self._change.notify_all()
        self._thread.join()
        for client in [*self._clients, *self._new]:
            client.end()

    def check_kinds(self, kinds: frozenset[str]) -> None:
        """Raises PlanningError `bad_input`."""
        if unknown := sorted(kinds - self._rows.roles.keys()):
            hint = f"There are: {', '.join(sorted(self._rows.roles))}."
            raise PlanningError(Category.BAD_INPUT, f"nothing is told of {unknown[0][:80]!r}", hint)

    def join(self, client: Client) -> None:
        """It is greeted by the reader's thread. Raises PlanningError `busy`."""
        with self._change:
            if len(self._clients) + len(self._new) >= self._most:
                hint = "Close some windows of the console, or ask again later."
                raise PlanningError(Category.BUSY, f"{self._most} streams are open", hint)
            if self._ending:
                client.end()
            self._new.append(client)
            self._change.notify_all()

    def count(self) -> int:
        """How many listen."""
        with self._change:
            return len(self._clients) + len(self._new)

    def leave(self, client: Client) -> None:
        """Whoever has gone."""
        with self._change:
            for where in (self._clients, self._new):
                if client in where:
                    where.remove(client)

    def _work(self) -> None:
        while True:
            with self._change:
                busy = bool(self._clients or self._new)
                if not self._new and not self._ending:
                    self._change.wait(self._every_s if busy else TRIM_EVERY_S)
                if self._ending:
                    return
                new, self._new = self._new, []
                self._clients += new
                clients = list(self._clients)
            try:
                self._look(clients, new)
                self._trim()
            except Exception:  # a database that restarts, or one row that cannot be read, must not end the stream
                log.exception("changes could not be told; consoles read everything anew")
                self._place = None
                with self._change:
                    self._change.wait_for(lambda: self._ending, self._pause_s)

    def _look(self, clients: list[Client], new: list[Client]) -> None:
        if not clients:
            self._place = None
            return
        with self._database.reading() as tx:
            place = tx.changes.place()
            if self._place is None:  # nobody has looked for a while, or something was missed
                self._place = place
                for client in clients:
                    if client not in new:
                        client.greet("resync", place)
            self._greet(new, tx, place)
            news = tx.changes.since(self._place)
            objects = asked_for(news.objects, clients)
            rows = self._rows.read(tx, objects) if objects else []
            loads = self._loads.read(tx, frozenset[str]().union(*(client.load for client in clients)))
        self._place = news.place
        if rows or loads:
            for client in clients:
                client.give([*rows, *filter(client.shows_load, loads)], news.place, self._rows.roles)

    def _greet(self, new: list[Client], tx: Transaction, place: int) -> None:
        for client in new:
            if not client.place:
                client.greet("ready", place)
            elif not tx.changes.oldest() - 1 <= client.place <= place:
                client.greet("resync", place)
            else:
                missed = dict.fromkeys(tx.changes.since(client.place).objects)
                if len(missed) > MOST_WAITING:
                    client.greet("resync", place)
                else:
                    client.give(self._rows.read(tx, missed), place, self._rows.roles)

    def _trim(self) -> None:
        if time.monotonic() - self._trimmed_s < TRIM_EVERY_S:
            return
        self._trimmed_s = time.monotonic()
        with self._database.transaction() as tx:
            tx.changes.trim()


def asked_for(objects: Iterable[Ref], clients: Iterable[Client]) -> dict[Ref, None]:
    """Those whose rows are to be made: all, unless each client wants a single one."""
    single = {client.only for client in clients}
    return dict.fromkeys(ref for ref in objects if None in single or ref in single)
