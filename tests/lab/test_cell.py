"""What a cell holds is gone with it, however it ends."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.pxe import eventually

pytestmark = pytest.mark.real

RACK = """
import sys, time
from pathlib import Path
from lab.rack import Rack
with Rack(Path(sys.argv[1]), machines=2, bmc=["ipmi", "redfish"]) as rack:
    rack.machines[0].on()
    print("running", flush=True)
    time.sleep(1000)
"""


SERVE = """
from lab import cell
(door,) = cell.inherited()
visitor, _ = door.accept()
visitor.sendall(b"hello from inside")
"""
OPEN_AND_ENTER = f"""
import socket, sys
from lab import cell
door = socket.create_server(("127.0.0.1", 0))
print(door.getsockname()[1], flush=True)
cell.enter([sys.executable, "-c", {SERVE!r}], [door])
"""


def run_in_cell(*argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "lab.cell", *argv], stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    """What it prints until it ends."""
    return process.communicate(timeout=60)[0]


def processes_in(network: str) -> set[int]:
    """The processes that live in a network, zombies left out."""
    return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and lives_in(path, network)}


def lives_in(process: Path, network: str) -> bool:
    try:
        return os.readlink(process / "ns/net") == network
    except OSError:  # it has ended
        return False


def links_here() -> set[str]:
    """Interfaces out here."""
    return {path.name for path in Path("/sys/class/net").iterdir()}


def mounts_here(network: str) -> list[str]:
    """Mounts out here that keep a network alive."""
    return [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if network in line]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_of_a_cell_with_a_running_rack(tmp_path: Path, how: signal.Signals) -> None:
    before = links_here()  # a storage that other tests share may be on a network of its own
    holder = run_in_cell(sys.executable, "-c", RACK, str(tmp_path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "running\n"
    network = os.readlink(f"/proc/{holder.pid}/ns/net")
    commands = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in processes_in(network)}
    assert {"qemu-system-x86", "ipmi_sim"} <= commands
    assert links_here() == before and not mounts_here(network)

    holder.send_signal(how)
    holder.wait()
    eventually(lambda: not processes_in(network), "all processes end")
    assert links_here() == before and not mounts_here(network)


def test_a_cell_has_interfaces_processes_and_a_run_of_its_own() -> None:
    assert said(run_in_cell("ls", "/sys/class/net")) == "lo\n"
    assert said(run_in_cell("ls", "/run")) == ""
    assert len(said(run_in_cell("ps", "ax")).splitlines()) == 3, "a header, the first process, ps"
    assert "127.0.0.1" in said(run_in_cell("ip", "-brief", "address", "show", "up"))


def test_a_cell_ends_as_its_command_ends() -> None:
    assert run_in_cell("sh", "-c", "exit 7").wait() == 7
    assert run_in_cell("sh", "-c", "kill -KILL $$").wait() == 128 + signal.SIGKILL
    assert run_in_cell("/no/such/command").wait() == 127


def test_orphans_are_reaped() -> None:
    script = "(sleep 0 & exec true); sleep 0.2; ps -o comm= -e"
    assert said(run_in_cell("sh", "-c", script)).split()[1:] == ["sh", "ps"], "after the first process"


def test_a_listening_socket_is_reached_from_outside() -> None:
    holder = subprocess.Popen([sys.executable, "-c", OPEN_AND_ENTER], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with socket.create_connection(("127.0.0.1", int(holder.stdout.readline()))) as visitor:
        assert visitor.recv(100) == b"hello from inside"
    assert holder.wait() == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_holder_reaches_the_command(sent: signal.Signals) -> None:
    script = f"trap 'echo heard; exit 0' {sent.name[3:]}; echo ready; while :; do sleep 0.05; done"
    # What runs in the background of a script ignores SIGINT, and a shell that was born so cannot trap it.
    holder = run_in_cell("env", "--default-signal", "sh", "-c", script)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    holder.send_signal(sent)
    assert said(holder) == "heard\n"
    assert holder.returncode == 0


def test_a_mount_in_a_cell_stays_in_it(tmp_path: Path) -> None:
    assert run_in_cell("sh", "-c", f"mount -t tmpfs cell {tmp_path} && touch {tmp_path}/inside").wait() == 0
    assert not (tmp_path / "inside").exists()
