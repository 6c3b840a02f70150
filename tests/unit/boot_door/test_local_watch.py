"""Machines that run a system of their own disk: what they say of themselves by SSH, and what is noted of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from openqrm.boot.local_report import parse_answer
from openqrm.boot.local_watch import LocalWatch, Told, note_local
from openqrm.domain.appliance import LOCAL_ROOT, BootProfile
from openqrm.domain.errors import Category, StepError
from openqrm.domain.resource import Condition, Observation, condition
from openqrm.ports.world import Completed
from tests.unit.boot_door.site import NAME, Running

BOOT = "f0f3898b-5750-434d-9d0a-b52a6f2a6a4e"
# of Debian 12, Linux 6.1, with fewer lines of /proc/meminfo and a column less of /proc/net/dev
SAID = """\
BOOT_IMAGE=/boot/vmlinuz-6.1.0-56-amd64 root=UUID=5c1 ro quiet
{boot}
25333.05 41001.44
4.00 3.21 2.90 3/402 52110
web1
cpu  {busy} 10 200 3000 40 0 5 1 0 0
cpu0 1000 10 200 3000 40 0 5 1 0 0
intr 99 0 0
MemTotal:       2048000 kB
MemFree:         102400 kB
MemAvailable:   1024000 kB
SwapTotal:       512000 kB
SwapFree:        409600 kB
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier
    lo:    1234      10    0    0    0     0          0         0     1234      10    0    0    0     0       0
  eth0: 9876543   12345    0    0    0     0          0         0   345678    2345    0    0    0     0       0
"""


@dataclass
class Talking:
    """ports.world.Host that says one thing; an error is that nobody answers."""

    says: str | StepError
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: bytes = b"",
        timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        self.asked.append(argv)
        if isinstance(self.says, StepError):
            raise self.says
        return Completed(0, self.says)

    def read_file(self, path: str) -> bytes | None:
        raise AssertionError(path)

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        raise AssertionError(path)

    def remove_file(self, path: str) -> None:
        raise AssertionError(path)


def said(boot: str = BOOT, busy: int = 1000, line: str = "") -> str:
    return SAID.format(boot=boot, busy=busy).replace("quiet", f"quiet {line}")


def local(site: Running) -> None:
    site.orders()
    site.database.records.put(BootProfile(name=NAME, appliance="web", kernel="k6", root_type=LOCAL_ROOT))


def watch(site: Running, host: Talking, *, agent: bool = False, ending: threading.Event | None = None) -> LocalWatch:
    return LocalWatch(
        site.database.records, site.writer, lambda _: host, lambda _: agent, lambda *_: None,
        ending or threading.Event(), prompt_s=60,
    )  # fmt: skip


def shown(site: Running) -> Condition:
    return condition(site.resource(), site.database.records.get(Observation, NAME), time.time())


def test_a_system_on_its_own_disk_is_up_as_its_appliance(site: Running) -> None:
    local(site)
    host = Talking(said())
    watching = watch(site, host)
    watching.look(time.time())
    host.says = said(busy=1500)
    watching.look(time.time())
    seen = site.seen()
    assert (seen.profile, seen.milestone, seen.connected, shown(site)) == ("web", "init", True, Condition.ASSIGNED)
    assert seen.boot_id == f"{NAME}.f0f3898b5750434d"
    assert seen.statistics["memory_used_mib"] == 1000 and seen.statistics["swap_used_mib"] == 100
    assert seen.statistics["hostname"] == "web1" and seen.statistics["nics"] == 1
    assert seen.statistics["cpu_percent"] == 100
    assert site.rung.count(frozenset({NAME})) == 1, "the second look told nothing that a plan waits for"


def test_one_that_falls_silent_cannot_be_told_anything(site: Running) -> None:
    local(site)
    host = Talking(said())
    watching = watch(site, host)
    watching.look(time.time())
    host.says = StepError(Category.UNAVAILABLE, "nobody answers", "Look.")
    watching.look(time.time())
    assert not site.seen().connected and site.seen().milestone == "init"


def test_one_that_does_not_answer_is_asked_ever_more_seldom(site: Running) -> None:
    local(site)
    host = Talking(StepError(Category.UNAVAILABLE, "nobody answers", "Look."))
    watching = watch(site, host)
    began_s = time.time() + 1000  # whatever it did before is long past
    for second in range(0, 1200, 5):
        watching.look(began_s + second)
    assert len(host.asked) == 14, "after 0, 5, 15, 35, 75, 155 and 275 seconds, and then every two minutes"
    site.database.records.put(replace(site.database.records.get(BootProfile, NAME), appliance="other"))
    watching.look(began_s + 1201)
    assert len(host.asked) == 14, "the same profile, changed"
    site.database.records.remove(BootProfile, NAME)
    site.database.records.put(BootProfile(name=NAME, appliance="web", kernel="k6", root_type=LOCAL_ROOT))
    watching.look(began_s + 1202)
    assert len(host.asked) == 15, "somebody has just started it"
    host.says = said()
    watching.look(began_s + 1210)
    watching.look(began_s + 1211)
    assert len(host.asked) == 17 and site.seen().connected


def test_one_that_boots_is_asked_at_once(site: Running) -> None:
    local(site)
    host = Talking(StepError(Category.UNAVAILABLE, "nobody answers", "Look."))
    watching = watch(site, host)
    now_s = time.time()
    watching.look(now_s)
    watching.look(now_s)
    assert len(host.asked) == 1
    site.script()
    watching.look(now_s)
    assert len(host.asked) == 2


def test_nobody_waits_for_one_that_does_not_answer(site: Running) -> None:
    local(site)
    site.database.records.put(BootProfile(name="dead", appliance="db", kernel="k6", root_type=LOCAL_ROOT))
    answers = threading.Event()

    class Dead(Talking):
        def run(self, *_: object, **__: object) -> Completed:
            answers.wait(60)
            return super().run(("cat",))

    dead, host = Dead(StepError(Category.UNAVAILABLE, "nobody answers", "Look.")), Talking(said())
    watching = LocalWatch(
        site.database.records, site.writer, lambda name: dead if name == "dead" else host, lambda _: False,
        lambda *_: None, threading.Event(), prompt_s=0.1,
    )  # fmt: skip
    deadline = time.monotonic() + 20
    while not site.seen().connected:
        assert time.monotonic() < deadline, "it has answered, and nobody took it"
        watching.look(time.time())
    assert not dead.asked
    answers.set()
    watching.close()


def test_nobody_is_asked_when_openqrm_ends(site: Running) -> None:
    local(site)
    host, ending = Talking(said()), threading.Event()
    ending.set()
    watching = watch(site, host, ending=ending)
    watching.look(time.time())
    watching.close()
    assert not host.asked


def test_another_boot_is_another_boot(site: Running) -> None:
    local(site)
    host = Talking(said())
    watching = watch(site, host)
    watching.look(time.time())
    before = site.seen().boot_id
    host.says = said(boot=BOOT.replace("f0f3", "abcd"))
    watching.look(time.time())
    assert site.seen().boot_id != before


@pytest.mark.parametrize("agent", [True, False])
def test_what_openqrm_booted_itself_is_no_local_system(site: Running, agent: bool) -> None:
    """A machine that was told to go to its own disk and has not gone yet, though it runs the very same system."""
    local(site)
    host = Talking(said(line=f"openqrm.boot={NAME}.0011223344556677"))
    watch(site, host, agent=agent).look(time.time())
    assert site.seen().milestone == "script" and bool(host.asked) != agent


def test_one_without_such_a_profile_is_not_asked(site: Running) -> None:
    site.orders()
    site.database.records.put(BootProfile(name=NAME, appliance="web", kernel="k6", root_type="nfs"))
    host = Talking(said())
    watch(site, host).look(time.time())
    assert not host.asked


def test_an_answer_that_comes_after_the_profile_has_gone_is_not_written(site: Running) -> None:
    site.orders()
    site.writer.submit(note_local, (Told(NAME, "web", parse_answer(said())),)).result(20)
    assert site.seen().milestone == "script"


def test_after_the_profile_has_gone_its_silence_is_noted(site: Running) -> None:
    """A plan has told it to reboot, and must not tell it again."""
    local(site)
    host = Talking(said())
    watching = watch(site, host)
    watching.look(time.time())
    site.database.records.remove(BootProfile, NAME)
    host.says = StepError(Category.UNAVAILABLE, "nobody answers", "Look.")
    watching.look(time.time())
    assert not site.seen().connected


def test_the_door_sends_it_to_its_own_disk(site: Running) -> None:
    local(site)
    assert "sanboot" in site.script() and site.seen().profile == "web"
    assert site.resource().boot == "net"


@pytest.mark.parametrize("text", ["", "\0", said()[:60], said().replace("cpu", "gpu"), said(boot="x" * 36)])
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(StepError, match="tells of itself"):
        parse_answer(text)


def test_nothing_on_the_kernel_line_passes_for_the_boot_id() -> None:
    sly = said(line="11111111-2222-3333-4444-555555555555")
    assert parse_answer(sly).boot == "f0f3898b5750434d"
