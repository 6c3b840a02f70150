"""Children of plugins: started, restarted, ended, and nothing of them left. Real processes."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openqrm.plugin_api.service import Child
from openqrm.plugin_host.process import end_leftover
from openqrm.plugin_host.supervisor import ChildState, ChildStatus, Supervisor

SLEEP = ("sleep", "1000")
STUBBORN = (sys.executable, "-c", "import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(1000)")


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path)
    yield made
    made.close()


def until(true: Callable[[], object]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to be")


def status(supervisor: Supervisor, name: str = "a") -> ChildStatus:
    return supervisor.status()["p"][name]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_child_runs_with_its_files_and_ends_with_all_it_started(supervisor: Supervisor, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = tmp_path / "p" / "run.sh"
    text = f"sleep 1000 & echo $! > {pids}.new; mv {pids}.new {pids}; wait".encode()
    supervisor.apply({"p": (Child(name="a", argv=("sh", str(script)), files=((script, text),)),)})
    until(pids.exists)
    child, grandchild = status(supervisor).pid, int(pids.read_text())
    assert os.getpgid(grandchild) == child != os.getpgid(0)
    supervisor.close()
    until(lambda: not is_running(grandchild))
    assert not is_running(child) and supervisor.status() == {} and not (tmp_path / "p" / "a.pid").exists()


def test_a_child_that_dies_is_started_again_and_it_is_told(supervisor: Supervisor) -> None:
    supervisor.apply({"p": (Child(name="a", argv=SLEEP),)})
    assert supervisor.await_running(30)
    first = status(supervisor).pid
    os.kill(first, 9)
    until(lambda: status(supervisor).restarts == 1 and status(supervisor).state is ChildState.RUNNING)
    assert status(supervisor).pid != first


def test_one_that_cannot_start_says_why_and_others_go_on(supervisor: Supervisor) -> None:
    failing = Child(name="a", argv=("sh", "-c", "exit 7"), ready=("false",))
    supervisor.apply({"p": (failing, Child(name="b", argv=SLEEP))})
    until(lambda: status(supervisor).because == "it ended with 7")
    until(lambda: status(supervisor, "b").state is ChildState.RUNNING)


def test_it_counts_as_running_once_it_is_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    flag = tmp_path / "ready"
    supervisor.apply({"p": (Child(name="a", argv=SLEEP, ready=("test", "-e", str(flag)), ready_timeout_s=60),)})
    until(lambda: status(supervisor).pid)
    assert status(supervisor).state is ChildState.STARTING
    flag.touch()
    assert supervisor.await_running(30)


def test_one_that_never_is_ready_is_ended_and_told(supervisor: Supervisor) -> None:
    supervisor.apply({"p": (Child(name="a", argv=SLEEP, ready=("false",), ready_timeout_s=0.2),)})
    until(lambda: status(supervisor).because.startswith("it was not ready"))


def test_a_deaf_child_is_killed(supervisor: Supervisor) -> None:
    supervisor.apply({"p": (Child(name="a", argv=STUBBORN, stop_timeout_s=0.2),)})
    assert supervisor.await_running(30)
    pid = status(supervisor).pid
    supervisor.apply({})
    assert not is_running(pid)


def test_what_has_not_changed_is_left_alone(supervisor: Supervisor) -> None:
    same = Child(name="b", argv=SLEEP)
    supervisor.apply({"p": (Child(name="a", argv=SLEEP), same)})
    assert supervisor.await_running(30)
    before = {name: s.pid for name, s in supervisor.status()["p"].items()}
    supervisor.apply({"p": (Child(name="a", argv=("sleep", "2000")), same)})
    assert supervisor.await_running(30)
    assert status(supervisor, "b").pid == before["b"] and status(supervisor).pid != before["a"]


def test_changed_files_are_read_again_by_one_that_can(supervisor: Supervisor, tmp_path: Path) -> None:
    conf, heard = tmp_path / "p" / "conf", tmp_path / "heard"
    script = f"trap 'cat {conf} > {heard}' HUP; touch {tmp_path}/up; while :; do sleep 0.05; done"

    def child(content: bytes) -> Child:
        ready = ("test", "-e", f"{tmp_path}/up")
        return Child(name="a", argv=("sh", "-c", script), files=((conf, content),), hup=True, ready=ready)

    supervisor.apply({"p": (child(b"one"),)})
    assert supervisor.await_running(30)
    pid = status(supervisor).pid
    supervisor.apply({"p": (child(b"two"),)})
    until(lambda: heard.exists() and heard.read_bytes() == b"two")
    assert status(supervisor).pid == pid


def test_children_die_with_an_openqrm_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys,time\nfrom pathlib import Path\n"
        "from openqrm.plugin_api.service import Child\nfrom openqrm.plugin_host.supervisor import Supervisor\n"
        "s = Supervisor(Path(sys.argv[1]))\ns.apply({'p': (Child(name='a', argv=('sleep', '1000')),)})\n"
        "time.sleep(1000)"
    )
    parent = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", code, str(tmp_path)])
    pid_file = tmp_path / "p" / "a.pid"
    until(lambda: pid_file.exists() and pid_file.read_text())
    pid = int(pid_file.read_text().split()[0])
    assert is_running(pid)
    os.kill(parent, 9)
    os.waitpid(parent, 0)
    until(lambda: not is_running(pid))


def test_a_leftover_is_ended_and_a_stranger_with_its_number_is_not(tmp_path: Path) -> None:
    pid_file = tmp_path / "a.pid"
    stranger = os.spawnvp(os.P_NOWAIT, "setsid", ["setsid", "-w", "sleep", "1000"])
    birth = Path(f"/proc/{stranger}/stat").read_text().rpartition(")")[2].split()[19]
    pid_file.write_text(f"{stranger} {int(birth) - 1}")
    end_leftover(pid_file)
    assert is_running(stranger)
    until(lambda: os.getpgid(stranger) == stranger)
    pid_file.write_text(f"{stranger} {birth}")
    end_leftover(pid_file)
    os.waitpid(stranger, 0)
    assert not pid_file.exists()
