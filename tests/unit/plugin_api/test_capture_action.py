"""The actions that copy a running system's root, by the laws, on a model of the program that does it on the machine."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from openqrm.plugin_api import Category, Completed, Differs, NotYet, Satisfied, StepError
from openqrm.plugin_api.actions import ClearCopy, Copying, CopyRoot, TidyCopy
from openqrm.plugin_api.actions.capture import PLACE, PROGRAM, START
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld, Simulator, UnknownCommand
from openqrm.plugin_api.testing.case import carry_through

TO = Copying(
    "copy.7.2", "10.0.0.2", "iqn:copy", "", "", kind="iscsi", filesystem="ext4", port="3260", unit="1",
    initiator="iqn:writer", user="copy", secret="grant-copy",
)  # fmt: skip
WORDS = (
    "id=copy.7.2", "address=10.0.0.2", "path=iqn:copy", "version=", "options=", "kind=iscsi", "filesystem=ext4",
    "port=3260", "unit=1", "initiator=iqn:writer", "user=copy",
)  # fmt: skip
PASSWORD = "s3cretS3cretS3cr"
TOTAL = 301_000_000


class CopyingMachine(Simulator):
    """`copied` bytes; below 0 nothing was begun. As time goes by it copies while it works."""

    def __init__(self, copied: int = -1) -> None:
        super().__init__()
        self.copied, self.is_working, self.fails = copied, False, ""

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("sh", "-c", code, place, "start", *words) if (code, place) == (START, PLACE) and tuple(
                words
            ) == WORDS:
                assert stdin == f"{PASSWORD}\n".encode() + PROGRAM.read_bytes()
                self.copied, self.is_working = max(0, self.copied), self.copied < TOTAL
                return Completed(0)
            case ("sh", "-s", "--", "look", *words) if tuple(words) == WORDS and stdin == PROGRAM.read_bytes():
                return Completed(0, f"{self._look()}\n")
            case ("sh", "-s", "--", "halt", *words) if tuple(words) == WORDS:
                self.is_working = False
                return Completed(0)
            case ("sh", "-s", "--", "tidy", *words) | ("sh", "-c", _, _, "clear", *words) if tuple(words) == WORDS:
                self.copied, self.is_working = -1, False
                return Completed(0)
        raise UnknownCommand(argv)

    def passes(self, seconds: float) -> None:
        if self.is_working:
            self.copied = min(TOTAL, self.copied + int(seconds) * 50_000_000)
            self.is_working = self.copied < TOTAL

    def _look(self) -> str:
        if self.fails:
            return f"failed {self.fails}"
        if self.copied < 0:
            return "none"
        if self.copied == TOTAL:
            return f"copied {TOTAL} {TOTAL} /home /boot "
        return f"{'working' if self.is_working else 'broken-off'} {self.copied} {TOTAL}"


def world(copied: int = -1) -> SimulatedWorld:
    return with_secret(SimulatedWorld(hosts={"box": CopyingMachine(copied)}))


def with_secret(made: SimulatedWorld) -> SimulatedWorld:
    made.vault.keep("grant-copy", PASSWORD)
    made.vault.written.clear()  # by the step before
    return made


CASES = [
    Case("copy", CopyRoot("box", "copy", TO), world),
    Case("clear", ClearCopy("box", "copy", TO), lambda: world(TOTAL)),
    Case("tidy", TidyCopy("box", "copy", TO), lambda: world(TOTAL)),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


def test_it_tells_how_far_it_is_and_what_it_left_out() -> None:
    made, action = world(), CopyRoot("box", "copy", TO)
    assert isinstance(action.observe(made), Differs)
    action.ensure(made)
    made.advance(2)
    assert action.observe(made) == NotYet("33 %, 100 MB of 301 MB, of box are copied", 2.0)
    ended = carry_through(action, made)
    assert ended == Satisfied("301 MB of box are copied, without what is on other disks: /home /boot")


def test_what_was_broken_off_goes_on_from_there() -> None:
    made, action = world(200_000_000), CopyRoot("box", "copy", TO)
    seen = action.observe(made)
    assert isinstance(seen, Differs) and "66 %" in seen.because
    action.ensure(made)
    assert "66 %" in action.observe(made).because


def test_given_up_it_copies_no_more() -> None:
    made, action = world(), CopyRoot("box", "copy", TO)
    action.ensure(made)
    action.halt(made)
    assert isinstance(action.observe(made), Differs)


def test_what_is_lost_is_said_before() -> None:
    by_nfs = Copying("copy.7.2", "10.0.0.2", "/exports/copy", "4.2", "")
    assert "without ACLs and file capabilities" in CopyRoot("box", "copy", by_nfs).describe()
    assert "without" not in CopyRoot("box", "copy", TO).describe()


def test_a_failure_is_told_with_its_reason() -> None:
    made = world(0)
    machine = made.hosts["box"]
    assert isinstance(machine, CopyingMachine)
    machine.fails = "it ended: rsync: write failed: No space left on device (28)"
    with pytest.raises(StepError, match="No space left") as failed:
        CopyRoot("box", "copy", TO).observe(made)
    assert failed.value.category is Category.REFUSED


@pytest.mark.parametrize("said", ["", "working", "working 1", "copied x y", "finished 1 1"])
def test_what_is_not_understood_is_no_success(said: str) -> None:
    class Odd(CopyingMachine):
        def _look(self) -> str:
            return said

    with pytest.raises(StepError, match="answers"):
        CopyRoot("box", "copy", TO).observe(SimulatedWorld(hosts={"box": Odd()}))


BEGINS = """
exec 9>"$0/lock"
flock -n 9
echo begun
read -r _ || exit
setsid sh -c 'echo $$ >"$0/pid"; exec sleep 60' "$0" &
"""
FLOCK = """#!/bin/sh
/usr/bin/flock "$@" || { : >"$0.tried"; exit 1; }
"""


def test_a_worker_that_is_just_being_left_is_ended_and_nobody_who_only_has_a_worker_s_number(tmp_path: Path) -> None:
    """openQRM was killed while the machine began; the number in the folder is of before its reboot."""
    place, flock = tmp_path / "c1", tmp_path / "flock"
    place.mkdir()
    flock.write_text(FLOCK)
    flock.chmod(0o755)
    program = PROGRAM.read_text().replace("/var/lib/openqrm-capture", str(tmp_path))
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with ExitStack() as stack:

        def begin(*argv: str) -> subprocess.Popen[str]:
            pipe = subprocess.PIPE
            process = subprocess.Popen(
                argv, stdin=pipe, stdout=pipe, text=True, env=environment, start_new_session=True
            )
            return stack.enter_context(process)

        stranger, start = begin("cat"), begin("sh", "-c", BEGINS, str(place))
        assert start.stdin and start.stdout and start.stdout.readline() == "begun\n"
        (place / "pid").write_text(f"{stranger.pid}\n")
        (place / "note").write_text("working 0 1\n")
        halt, deadline = begin("sh", "-c", program, "sh", "halt", "id=c1", "kind=nfs"), time.monotonic() + 50
        while not Path(f"{flock}.tried").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        start.stdin.write("go on\n")
        start.stdin.flush()
        assert (halt.wait(50), stranger.poll()) == (0, None)


def test_an_iscsid_is_ended_once_that_was_begun_for_the_copy(tmp_path: Path) -> None:
    """By the second time it may be somebody else's."""
    place, tool = tmp_path / "c1", tmp_path / "iscsiadm"
    place.mkdir()
    for name in ("note", "iscsid"):
        (place / name).touch()
    tool.write_text('#!/bin/sh\necho "$*" >>"$0.asked"\n')
    tool.chmod(0o755)
    program = PROGRAM.read_text().replace("/var/lib/openqrm-capture", str(tmp_path))
    words = [f"{name}=x" for name in ("path", "address", "port")]
    for _ in range(2):
        argv = ["sh", "-c", program, "sh", "halt", "id=c1", "kind=iscsi", *words]
        subprocess.run(argv, check=True, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert Path(f"{tool}.asked").read_text().splitlines().count("-k 0") == 1
