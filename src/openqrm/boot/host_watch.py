"""Asks hosts of VMs by SSH how they are, where there is no agent of ours on them that tells."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog

from openqrm.boot.local_report import ASK, parse_answer
from openqrm.boot.local_watch import Told, rings, seen_by_ssh
from openqrm.boot.writer import GroupWriter, Taken
from openqrm.domain.errors import OpenqrmError
from openqrm.domain.resource import Observation, Resource
from openqrm.ports.boot import Machines
from openqrm.ports.world import Host

log = structlog.get_logger()
EVERY_S = 10.0  # as agents tell of themselves
ASK_S = 60.0  # in between the connection that stands is enough, which itself finds out that nobody is there
ANSWER_S = 10.0
PROMPT_S = 2.0  # a pass waits no longer for those that do not answer
AT_ONCE = 8  # of those that answered last time, and of the others

Tell = Callable[[str, float], None]


class HostWatch:
    """All of them. `whom` gives their names, `stands` whether a connection with one stands at this moment.

    One that answers is asked anew every minute, one that does not is asked ever more seldom, once a minute at least.
    Nobody is asked any more when ENDING is set.
    """

    def __init__(
        self, whom: Callable[[], Collection[str]], writer: GroupWriter, host: Callable[[str], Host],
        stands: Callable[[str], bool], heard: Tell, ending: threading.Event, *, prompt_s: float = PROMPT_S,
    ) -> None:  # fmt: skip
        self._whom, self._writer, self._host, self._stands = whom, writer, host, stands
        self._heard, self._ending, self._prompt_s = heard, ending, prompt_s
        self._up: dict[str, Told] = {}  # those that answered last time
        self._due_s: dict[str, float] = {}
        self._pause_s: dict[str, float] = {}  # of those that did not
        self._asking: dict[str, Future[Told | None]] = {}
        self._pools = {
            is_up: ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"host-{is_up}") for is_up in (True, False)
        }

    def close(self) -> None:
        """End, after those that are being asked; no pass is under way."""
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)

    def look(self, now_s: float) -> None:
        """One pass."""
        names = {*self._whom()}
        left = [self._up.pop(name) for name in self._up.keys() - names]
        for known in (self._due_s, self._pause_s):
            for name in known.keys() - names:
                del known[name]
        standing = {name for name in self._up if self._stands(name)}
        for name in names - self._asking.keys():
            if now_s >= self._due_s.get(name, 0.0) or (name in self._up and name not in standing):
                self._asking[name] = self._pools[name in self._up].submit(self._ask, name)
        wait(self._asking.values(), self._prompt_s)
        told = [each for each in self._answers(now_s) if each.resource in names]
        told += [Told(name, "", None) for name in self._up if name not in standing and name in self._asking]
        for each in told:
            self._note(each, now_s)
        for name in self._up:
            self._heard(name, time.time())
        standing &= self._up.keys() - {each.resource for each in told}
        self._writer.submit(note_hosts, (told, standing, [each.resource for each in left])).result(60)

    def _answers(self, now_s: float) -> Iterator[Told]:
        for name in [name for name, asking in self._asking.items() if asking.done()]:
            self._due_s[name] = now_s + ASK_S
            if told := self._asking.pop(name).result():
                yield told

    def _note(self, told: Told, now_s: float) -> None:
        if told.answer:
            self._up[told.resource], pause_s = told, ASK_S
            self._pause_s.pop(told.resource, None)
        else:
            self._up.pop(told.resource, None)
            pause_s = min(2 * self._pause_s.get(told.resource, EVERY_S / 2), ASK_S)
            self._pause_s[told.resource] = pause_s
        self._due_s[told.resource] = now_s + pause_s

    def _ask(self, name: str) -> Told | None:
        """None: it has an agent after all, which speaks for itself."""
        if self._ending.is_set():
            return None
        before = self._up.get(name)
        try:
            answer = parse_answer(self._host(name).run(ASK, timeout_s=ANSWER_S).out)
        except OpenqrmError as error:
            log.info("a host does not answer", resource=name, why=error.message)
            return Told(name, "", None)
        return None if answer.is_ours else Told(name, "", answer, before.answer if before else None)


Pass = tuple[Sequence[Told], Collection[str], Collection[str]]  # who was asked, who is there still, who is no host now


def note_hosts(machines: Machines, asks: Sequence[Pass]) -> Taken[None]:
    """Write down how they are. Nothing is known any more of one that is nobody's host now."""
    news: dict[str, dict[str, object]] = {}
    for told, standing, left in asks:
        news |= {name: {"connected": True, "last_seen_s": time.time()} for name in standing}
        news |= {each.resource: seen_by_ssh(each, each.answer) for each in told if each.answer}
        news |= {each.resource: {"connected": False} for each in told if not each.answer}
        resources = machines.find_many(Resource, left)
        gone = [name for name, each in resources.items() if not each.carries and not each.claimed_by]
        news |= {name: {"connected": False, "milestone": "", "power": "unknown"} for name in gone}
    seen = machines.find_many(Observation, list(news))
    machines.put_observations(list(news.items()))
    return Taken([None] * len(asks), frozenset(name for name, fields in news.items() if rings(fields, seen.get(name))))
