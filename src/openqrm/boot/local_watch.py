"""Asks by SSH how machines are that run a system of their own disk: there is no agent of ours on them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
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
PROMPT_S = 2.0  # a pass waits no longer for those that did not answer last time
RAREST_S = 120.0  # one that does not answer is asked half as often each time
AT_ONCE = 8  # of those that answered, and of the others


@dataclass(frozen=True)
class Told:
    """What one machine said, as the system of this appliance; None: it does not answer."""

    resource: str
    appliance: str
    answer: Answer | None
    before: Answer | None = None  # what it said the last time


@dataclass(frozen=True)
class Silence:
    """Of a machine that did not answer under this profile: it is asked again when it is due, or has booted."""

    profile: int
    asked_s: float
    pause_s: float

    def is_over(self, profile: int, seen: Observation | None, now_s: float) -> bool:
        """A new profile or boot begins it anew, for somebody may be waiting."""
        return self.is_other(profile, seen) or now_s >= self.asked_s + self.pause_s

    def is_other(self, profile: int, seen: Observation | None) -> bool:
        return profile != self.profile or (seen is not None and seen.last_seen_s > self.asked_s)


class LocalWatch:
    """Those whose boot profile sends them to their own disk, and those that were seen there.

    Who answered last time is asked in every pass; who did not, ever more seldom, and nobody waits for him. Nobody is
    asked any more when ENDING is set.
    """

    def __init__(
        self, records: Records, writer: GroupWriter, host: Callable[[str], Host], is_open: Callable[[str], bool],
        heard: Callable[[str, float], None], ending: threading.Event, *, prompt_s: float = PROMPT_S,
    ) -> None:  # fmt: skip
        self._records, self._writer, self._prompt_s = records, writer, prompt_s
        self._host, self._is_open, self._heard, self._ending = host, is_open, heard, ending
        self._up: dict[str, Told] = {}  # by resource, those that answered
        self._silent: dict[str, Silence] = {}
        self._asking: dict[str, Future[Told | None]] = {}  # those that did not answer last time, or were never asked
        self._pools = [ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"local-{name}") for name in ("up", "silent")]

    def close(self) -> None:
        """End, after those that are being asked; no pass is under way."""
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)

    def look(self, now_s: float) -> None:
        """One pass."""
        profiles = {each.name: each for each in self._records.list(BootProfile, root_type=LOCAL_ROOT)}
        self._silent = {name: each for name, each in self._silent.items() if name in profiles}
        self._begin_asking(profiles, now_s)
        known = {
            name: profiles[name].appliance if name in profiles else each.appliance for name, each in self._up.items()
        }
        answers = dict(zip(known, self._pools[0].map(self._ask, known.items()), strict=True))
        wait(self._asking.values(), self._prompt_s)
        for name in [name for name, asking in self._asking.items() if asking.done()]:
            answers[name] = self._asking.pop(name).result()
        self._up = {name: each for name, each in answers.items() if each and each.answer}
        for name, each in answers.items():
            self._note_silence(name, profiles.get(name), each, now_s)
        if told := tuple(each for each in answers.values() if each):
            self._writer.submit(note_local, told).result(60)

    def _begin_asking(self, profiles: Mapping[str, BootProfile], now_s: float) -> None:
        for name, profile in profiles.items():
            if name in self._up or name in self._asking:
                continue
            silence = self._silent.get(name)
            if silence is None or silence.is_over(profile.id, self._records.find(Observation, name), now_s):
                self._asking[name] = self._pools[1].submit(self._ask, (name, profile.appliance))

    def _note_silence(self, name: str, profile: BootProfile | None, told: Told | None, now_s: float) -> None:
        before = self._silent.pop(name, None)
        if told is None or told.answer or profile is None:
            return
        pause_s = EVERY_S
        if before and not before.is_other(profile.id, self._records.find(Observation, name)):
            pause_s = min(2 * before.pause_s, RAREST_S)
        self._silent[name] = Silence(profile.id, now_s, pause_s)

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


def note_local(machines: Machines, asks: Sequence[tuple[Told, ...]]) -> Taken[None]:
    """Write down what they said. One whose profile has gone meanwhile is only noted as silent."""
    told = {each.resource: each for some in asks for each in some}
    seen = machines.find_many(Observation, list(told))
    profiles = machines.find_many(BootProfile, list(told))
    news: dict[str, dict[str, object]] = {}
    for name, each in told.items():
        before, profile = seen.get(name), profiles.get(name)
        if each.answer and profile and profile.is_local and profile.appliance == each.appliance:
            news[name] = seen_by_ssh(each, each.answer)
        elif not each.answer and before and before.connected:
            news[name] = {"connected": False}
    machines.put_observations(list(news.items()))
    return Taken([None] * len(asks), frozenset(name for name, fields in news.items() if rings(fields, seen.get(name))))


def seen_by_ssh(told: Told, answer: Answer) -> dict[str, object]:
    """Fields of its observation."""
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


def rings(fields: dict[str, object], before: Observation | None) -> bool:
    """Whether a plan may wait for that."""
    noted = {"connected", "boot_id"} & fields.keys()
    return before is None or any(getattr(before, name) != fields[name] for name in noted)
