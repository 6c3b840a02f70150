"""Asks by SSH how machines are that run a system of their own disk: there is no agent of ours on them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from openqrm.boot.local_report import ASK, Answer, parse_answer
from openqrm.boot.writer import GroupWriter, Taken
from openqrm.domain.appliance import LOCAL_ROOT, BootProfile
from openqrm.domain.errors import OpenqrmError
from openqrm.domain.resource import Observation
from openqrm.ports.boot import Machines
from openqrm.ports.records import Records
from openqrm.ports.world import Host

log = structlog.get_logger()
EVERY_S = 5.0  # shorter than a machine that was told to reboot is left in peace: it must not look up any more by then
ANSWER_S = 10.0
AT_ONCE = 8


@dataclass(frozen=True)
class Told:
    """What one machine said, as the system of this appliance; None: it does not answer."""

    resource: str
    appliance: str
    answer: Answer | None
    before: Answer | None = None  # what it said the last time


class LocalWatch:
    """A pass over those whose boot profile sends them to their own disk, and those that were seen there."""

    def __init__(
        self,
        records: Records,
        writer: GroupWriter,
        host: Callable[[str], Host],
        is_open: Callable[[str], bool],
        heard: Callable[[str, float], None],
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._records, self._writer, self._every_s = records, writer, every_s
        self._host, self._is_open, self._heard = host, is_open, heard
        self._up: dict[str, Told] = {}  # by resource, those that answered
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="local-watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, after those that are being asked."""
        self._ending.set()
        self._thread.join()

    def look(self) -> None:
        """One pass."""
        profiles = self._records.list(BootProfile, root_type=LOCAL_ROOT)
        asked = {name: told.appliance for name, told in self._up.items()}
        asked |= {each.name: each.appliance for each in profiles}
        if not asked:
            return
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = [each for each in pool.map(self._ask, asked.items()) if each]
        self._up = {each.resource: each for each in told if each.answer}
        self._writer.submit(note_local, tuple(told)).result(60)

    def _ask(self, whom: tuple[str, str]) -> Told | None:
        resource, appliance = whom
        if self._ending.is_set() or self._is_open(resource):  # an agent speaks for itself
            return None
        try:
            answer = parse_answer(self._host(resource).run(ASK, timeout_s=ANSWER_S).out)
        except OpenqrmError as error:
            log.info("a local system does not answer", resource=resource, why=error.message)
            return Told(resource, appliance, None)
        if answer.is_ours:
            return None
        self._heard(resource, time.time())
        before = self._up.get(resource)
        return Told(resource, appliance, answer, before.answer if before else None)

    def _work(self) -> None:
        while not self._ending.wait(self._every_s):
            try:
                self.look()
            except Exception:  # of the database too: one that restarts must not end the watch
                log.exception("could not ask local systems; trying again")


def note_local(machines: Machines, asks: Sequence[tuple[Told, ...]]) -> Taken[None]:
    """Write down what they said. One whose profile has gone meanwhile is only noted as silent."""
    told = {each.resource: each for some in asks for each in some}
    seen = machines.find_many(Observation, list(told))
    profiles = machines.find_many(BootProfile, list(told))
    news: dict[str, dict[str, object]] = {}
    for name, each in told.items():
        before, profile = seen.get(name), profiles.get(name)
        if each.answer and profile and profile.is_local and profile.appliance == each.appliance:
            news[name] = _seen(each, each.answer)
        elif not each.answer and before and before.connected:
            news[name] = {"connected": False}
    machines.put_observations(list(news.items()))
    return Taken([None] * len(asks), frozenset(name for name, fields in news.items() if _rings(fields, seen.get(name))))


def _seen(told: Told, answer: Answer) -> dict[str, object]:
    return {
        "power": "on",
        "boot_id": f"{told.resource}.{answer.boot}",
        "profile": told.appliance,
        "milestone": "init",
        "failure": "",
        "connected": True,
        "last_seen_s": time.time(),
        "statistics": answer.statistics(told.before),
    }


def _rings(fields: dict[str, object], before: Observation | None) -> bool:
    noted = {"connected", "boot_id"} & fields.keys()
    return before is None or any(getattr(before, name) != fields[name] for name in noted)
