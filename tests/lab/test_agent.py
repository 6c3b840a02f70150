"""The agent's shell on this computer's own kernel: the base initrd unpacked, its agent installed, lines in and out."""

import base64
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from openqrm.boot.initrd.archive import render_archive
from openqrm.boot.initrd.packs import Sources, base_entries

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

SOURCES = Sources(Path("initrd"), Path("agent"))
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    out: bytes
    err: bytes


@dataclass(frozen=True, slots=True)
class Agent:
    """An installed agent whose uplink ends in this test."""

    root: Path
    process: subprocess.Popen[bytes]

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def start(self, name: str, argv: list[bytes], stdin: bytes = b"", seconds: int = 20) -> None:
        packed = b64(b"".join(word + b"\0" for word in argv))
        self.tell(f"run {name} {seconds} {packed} {b64(stdin)}")

    def end_of(self, name: str, timeout_s: float = 30) -> Ended:
        """Wait until this command's end lies in the spool."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for words in (path.read_text().split() for path in self.posted()):
                if words[:2] == ["done", name]:
                    return Ended(int(words[2]), plain(words[3]), plain(words[4]))
            time.sleep(0.02)
        raise AssertionError(f"{name} did not end; posted: {[path.read_text()[:80] for path in self.posted()]}")

    def posted(self) -> list[Path]:
        return sorted(path for path in (self.root / "spool").glob("*") if not path.name.startswith("."))

    def run(self, *argv: bytes, stdin: bytes = b"", seconds: int = 20) -> Ended:
        name = f"run-{time.monotonic_ns()}"
        self.start(name, list(argv), stdin, seconds)
        return self.end_of(name)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode() or "-"


def plain(text: str) -> bytes:
    return b"" if text == "-" else base64.b64decode(text, validate=True)


@contextmanager
def mounted(*argv: str) -> Iterator[None]:
    subprocess.run(["mount", *argv], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", argv[-1]], check=True)


@pytest.fixture
def initrd(tmp_path: Path) -> Iterator[Path]:
    """The base initrd, unpacked, with the file systems that its init mounts."""
    root = tmp_path / "initrd"
    root.mkdir()
    archive = render_archive(base_entries(SOURCES))
    subprocess.run(["busybox", "cpio", "-idm"], cwd=root, input=archive, check=True, capture_output=True)
    with ExitStack() as stack:
        stack.enter_context(mounted("-t", "proc", "proc", str(root / "proc")))
        stack.enter_context(mounted("-t", "tmpfs", "run", str(root / "run")))
        (root / "run/openqrm").mkdir()
        stack.enter_context(mounted("-t", "tmpfs", "-o", "mode=755", "openqrm", str(root / "run/openqrm")))
        subprocess.run(["cp", "-a", f"{root}/openqrm/agent-root/.", str(root / "run/openqrm")], check=True)
        yield root
        subprocess.run(["umount", "-l", str(root / "run/openqrm/proc")], check=False, capture_output=True)


@pytest.fixture
def agent(initrd: Path) -> Iterator[Agent]:
    """The receiving half of the agent, at the end of a pipe."""
    install = "set -eu; . /openqrm/console.sh; . /openqrm/uplink.sh; install_agent"
    subprocess.run(["chroot", str(initrd), "/bin/sh", "-c", install], check=True)
    root = initrd / "run/openqrm"
    receive = ["chroot", str(root), "/bin/sh", "-c", "exec 5<>/control; exec sh /agent/receive.sh"]
    environment = {"connection": "1", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    process = subprocess.Popen(receive, stdin=subprocess.PIPE, env=environment, start_new_session=True)
    yield Agent(root, process)
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    "word",
    [b"", b" ", b"a b", b"'", b'"', b"\\", b"$(id)", b"`id`", b"a\nb", b"\n", b"*", b"-n", b"\xff\xfe", b"x" * 60_000],
)
def test_words_arrive_as_they_were_sent(agent: Agent, word: bytes) -> None:
    assert agent.run(b"printf", b"[%s]", word, b"end") == Ended(0, b"[" + word + b"][end]", b"")


def test_standard_input_may_hold_any_bytes(agent: Agent) -> None:
    data = os.urandom(700_000) + bytes(range(256))
    assert agent.run(b"cat", stdin=data).out == data


def test_standard_input_is_empty_when_none_is_sent(agent: Agent) -> None:
    assert agent.run(b"cat") == Ended(0, b"", b"")


def test_the_status_and_both_streams_come_back(agent: Agent) -> None:
    assert agent.run(b"sh", b"-c", b"echo out; echo err >&2; exit 7") == Ended(7, b"out\n", b"err\n")


def test_a_program_that_is_not_there_is_said_to_be_so(agent: Agent) -> None:
    ended = agent.run(b"no-such-program")
    assert ended.status == 127
    assert b"no-such-program" in ended.err


def test_a_command_runs_in_the_machine_and_not_among_the_agents_files(agent: Agent) -> None:
    assert agent.run(b"ls", b"/agent/agent.sh").status != 0
    assert agent.run(b"pwd").out == b"/\n"


def test_a_command_does_not_see_the_agents_environment(agent: Agent) -> None:
    assert b"connection" not in agent.run(b"env").out


def test_streams_are_cut_and_the_command_goes_on(agent: Agent) -> None:
    ended = agent.run(b"sh", b"-ec", b"head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2")
    assert (ended.status, len(ended.out), len(ended.err)) == (0, MIB, MIB)


def test_a_command_whose_time_is_up_ends_with_all_it_started(agent: Agent) -> None:
    ended = agent.run(b"sh", b"-c", b"echo $$; sleep 1000 | sleep 1000", seconds=1)
    assert (ended.status, ended.err) == (124, b"")
    with pytest.raises(ProcessLookupError):
        os.killpg(int(ended.out), 0)


def test_a_daemon_that_stays_does_not_hold_back_the_end(agent: Agent) -> None:
    ended = agent.run(b"sh", b"-c", b"sleep 1000 & echo $!; echo word >&2", seconds=1000)
    assert (ended.status, ended.err) == (0, b"word\n")
    os.kill(int(ended.out), signal.SIGKILL)


def test_commands_run_side_by_side(agent: Agent) -> None:
    wait = b"while [ ! -e /tmp/second-was-here ]; do sleep 0.05; done; rm /tmp/second-was-here"
    agent.start("first", [b"sh", b"-c", wait])
    agent.start("second", [b"touch", b"/tmp/second-was-here"])
    assert (agent.end_of("first").status, agent.end_of("second").status) == (0, 0)


def test_a_command_that_is_asked_for_twice_runs_once(agent: Agent, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    argv = [b"sh", b"-c", f"echo ran >>{seen}; sleep 0.5".encode()]
    agent.start("twice", argv)
    agent.start("twice", argv)
    assert agent.end_of("twice").status == 0
    assert seen.read_text() == "ran\n"


def test_nothing_of_a_command_stays(agent: Agent) -> None:
    agent.run(b"true", stdin=b"secret")
    deadline = time.monotonic() + 10
    while list((agent.root / "jobs").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_profile_is_for_root_alone(agent: Agent) -> None:
    text = b"root_secret=" + b"s" * 1000 + b"\n"
    with (agent.root / "profile.arrived").open("r+b", buffering=0) as arrived:
        agent.tell(f"profile {b64(text)}")
        assert arrived.read(8) == b"profile\n"
    profile = agent.root / "secret/profile"
    assert profile.read_bytes() == text
    assert (profile.stat().st_mode & 0o777, profile.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_lines_that_are_not_known_do_no_harm(agent: Agent) -> None:
    for line in ("", " ", "dance $(touch /tmp/danced)", "run", "profile", "x" * 100_000):
        agent.tell(line)
    assert agent.run(b"echo", b"alive").out == b"alive\n"


def test_the_inventory_is_json_whatever_the_firmware_says(initrd: Path, tmp_path: Path) -> None:
    nasty = 'a"b\\c\td\x01\xe9 $(id) `id` </script> ' + "x" * 500
    fake = tmp_path / "sys"
    for name in ("sys_vendor", "product_name", "product_serial", "product_uuid", "bios_version"):
        write(fake / "class/dmi/id" / name, nasty + "\nsecond line\n")
    write(fake / "class/net/eth0/address", "52:54:00:77:01:01\n")
    write(fake / "class/net/eth0/device/uevent", "PCI_CLASS=20000\nDRIVER=virtio_net\n")
    for name, size, removable in (("vda", 2048, 0), ("sr0", 2048, 1), ("nbd0", 0, 0)):
        write(fake / "block" / name / "size", f"{size}\n")
        write(fake / "block" / name / "removable", f"{removable}\n")
        write(fake / "block" / name / "queue/rotational", "1\n")
        write(fake / "block" / name / "device/model", nasty)
    told = {"sys": fake, "boot": "b1", "key": "ssh-ed25519 AAAA", "cards": "eth0", "disks": "vda sr0 nbd0"}
    values = [word for key, value in told.items() for word in ("-v", f"{key}={value}")]
    values += ["-v", "boot_card=eth0", "-v", "address=10.0.0.1/24"]
    argv = ["busybox", "awk", *values, "-f", "initrd/inventory.awk"]
    said = subprocess.run(argv, capture_output=True, check=True).stdout
    inventory = json.loads(said.decode("ascii"))
    vendor = inventory["dmi"]["vendor"]
    assert vendor.startswith('a"b\\cd $(id) `id` </script> xxx') and len(vendor) == 200
    card = {"name": "eth0", "mac": "52:54:00:77:01:01", "driver": "virtio_net", "address": "10.0.0.1/24"}
    assert inventory["nics"] == [card]
    (disk,) = inventory["disks"]
    assert (disk["name"], disk["size_bytes"], disk["rotational"]) == ("vda", MIB, True)
    assert inventory["cpu"]["count"] >= 1 and inventory["memory_mib"] > 0


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="latin-1")
