"""Hosts of VMs that have no agent: whether they are reached, for placement and for everybody who looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from openqrm.boot.host_watch import ASK_S, HostWatch
from openqrm.domain.errors import Category, StepError
from openqrm.domain.resource import Condition, Observation, Resource, Ssh, condition
from openqrm.planning.placement import room_of
from tests.unit.boot_door.site import Running, running
from tests.unit.boot_door.test_local_watch import Talking, said

NOBODY = StepError(Category.UNAVAILABLE, "nobody answers", "Look.")
HOST = Resource(name="h1", address="10.77.4.1", carries="kvm", memory_mib=8192, ssh=Ssh(host_key="ssh-ed25519 AAAA"))


@dataclass
class Watched:
    """A site with one host, and what it says."""

    site: Running
    host: Talking = field(default_factory=lambda: Talking(said()))
    stands: bool = True
    heard: list[str] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    answers: threading.Event = field(default_factory=threading.Event)  # at once, while this is set

    def __post_init__(self) -> None:
        self.answers.set()
        self.site.database.records.put(HOST)
        self.now_s = time.time() + 1000  # whatever was before is long past
        self.watch = self.begin(prompt_s=60)

    def begin(self, prompt_s: float) -> HostWatch:
        find, heard = self.site.database.find_hosts_by_ssh, self.heard
        return HostWatch(
            find, self.site.writer, self.reach, lambda _: self.stands, lambda name, _: heard.append(name),
            self.ending, prompt_s=prompt_s,
        )  # fmt: skip

    def reach(self, _: str) -> Talking:
        self.answers.wait(20)
        return self.host

    def look(self, after_s: float = 10) -> str:
        """A pass; why placement would not take the host then."""
        self.now_s += after_s
        self.watch.look(self.now_s)
        return room_of(self.site.resource("h1"), "kvm", self.site.database.records, time.time()).because

    def condition(self) -> Condition:
        seen = self.site.database.records.find(Observation, "h1")
        return condition(self.site.resource("h1"), seen, time.time())


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with running(tmp_path) as site:
        yield Watched(site)


def test_a_host_that_answers_is_up_and_its_connection_tells_that_it_stays_so(watched: Watched) -> None:
    assert watched.look() == "" and watched.condition() is Condition.IDLE
    before = watched.site.seen("h1")
    assert before.connected and before.statistics["load_1"] == 4.0
    for _ in range(4):
        assert watched.look() == ""
    assert len(watched.host.asked) == 1 and watched.heard == ["h1"] * 5
    assert watched.site.seen("h1").last_seen_s > before.last_seen_s
    watched.look(ASK_S)
    assert len(watched.host.asked) == 2
    assert watched.site.rung.count(frozenset({"h1"})) == 1, "no plan waits for what is as it was"


def test_one_that_is_not_reached_takes_no_vm_and_comes_back_by_itself(watched: Watched) -> None:
    watched.look()
    watched.host.says, watched.stands = NOBODY, False
    assert watched.look() == "is not reached" and not watched.site.seen("h1").connected
    asked = len(watched.host.asked)
    for _ in range(18):
        assert watched.look() == "is not reached"
    assert len(watched.host.asked) - asked < 8, "ever more seldom"
    watched.host.says, watched.stands = said(), True
    assert watched.look(ASK_S) == "" and watched.condition() is Condition.IDLE


def test_one_that_was_never_reached_takes_no_vm(watched: Watched) -> None:
    watched.host.says = NOBODY
    assert watched.look() == "is not reached" and watched.condition() is Condition.UNKNOWN


def test_nothing_is_known_any_more_of_what_is_no_host_now(watched: Watched) -> None:
    watched.look()
    watched.site.database.records.put(replace(watched.site.resource("h1"), carries=""))
    watched.look()
    assert watched.condition() is Condition.UNKNOWN and not watched.site.seen("h1").connected


@pytest.mark.parametrize(
    "other", [{"carries": ""}, {"address": ""}, {"ssh": Ssh()}, {"claimed_by": "web"}]
)  # fmt: skip
def test_only_hosts_of_vms_with_a_known_key_are_asked(watched: Watched, other: dict[str, object]) -> None:
    watched.site.database.records.put(replace(watched.site.resource("h1"), **other))
    watched.look()
    assert not watched.host.asked


def test_nobody_is_asked_when_openqrm_ends(watched: Watched) -> None:
    watched.ending.set()
    watched.look()
    assert not watched.host.asked


def test_one_whose_connection_has_ended_is_not_waited_for(watched: Watched) -> None:
    watched.watch = watched.begin(prompt_s=0.01)
    deadline = time.monotonic() + 20
    while watched.look() or watched.condition() is not Condition.IDLE:
        assert time.monotonic() < deadline
    watched.answers.clear()
    watched.stands = False
    assert watched.look() == "is not reached"
    watched.stands = True
    watched.answers.set()
    while watched.look():
        assert time.monotonic() < deadline
