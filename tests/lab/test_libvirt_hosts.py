"""Hosts with libvirt are whole and apart from each other, and nothing of them is left when they end."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab.libvirt_hosts import LibvirtHosts
from tests.journeys.demonstration import eventually

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

HOLD = """
import signal, sys
from pathlib import Path
from lab.libvirt_hosts import LibvirtHosts
with LibvirtHosts(Path(sys.argv[1]), 1):
    print("up", flush=True)
    signal.pause()
"""


def left(directory: Path) -> list[str]:
    """Processes and mounts that have to do with DIRECTORY, and ports of hosts."""
    processes = (path for path in Path("/proc").glob("[0-9]*/cmdline"))
    found = [text for path in processes if (text := _command(path)) and f"{directory}/hv" in text]
    found += [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(directory) in line]
    return found + [path.name for path in Path("/sys/class/net").glob("hv*")]


def _command(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace").replace("\0", " ")
    except OSError:  # it has ended
        return ""


def test_two_hosts_are_two_and_end_without_a_trace(tmp_path: Path) -> None:
    with LibvirtHosts(tmp_path, 2) as hosts:
        names = [host.host.run(("hostname",)).out.strip() for host in hosts]
        assert names == ["hv1", "hv2"]
        there = f"qemu+ssh://root@{hosts[1].address}/system"
        assert hosts[0].host.run(("virsh", "-c", there, "hostname")).out.strip() == "hv2"
    eventually(lambda: not left(tmp_path), lambda: left(tmp_path))


def test_nothing_is_left_of_a_host_whose_holder_is_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdout.readline() == "up\n"
    assert left(tmp_path)
    holder.kill()
    holder.wait()
    eventually(lambda: not left(tmp_path), lambda: left(tmp_path))
