"""Hosts with libvirt on the rack's network, each with its own network, mounts and processes, reached by SSH.

    with LibvirtHosts(directory, 2) as (one, two):
        one.host.run(("virsh", "-c", "qemu:///system", "list"))

A host is a cell within the cell, so its VMs end with it. They let each other in by SSH, as live migration needs it.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from types import TracebackType

import asyncssh

from lab import lan
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.domain.errors import StepError
from openqrm.plugin_api import Host

MOST_HOSTS = 9
_START_S = 120.0
_LOOK_S = 0.05
_PROGRAMS = ("libvirtd", "virsh", "sshd")


@dataclass(frozen=True)
class LibvirtHost:
    """One that is up."""

    name: str
    address: str
    directory: Path
    host_key: str  # what `openqrm resource edit --ssh-host-key` takes
    host: Host  # to run commands on, as openQRM does
    _process: subprocess.Popen[bytes]

    def authorize(self, public_key: str) -> None:
        """Let somebody else in as root, such as an openQRM by the key that `resource show openqrm` tells."""
        with (self.directory / ".ssh" / "authorized_keys").open("a") as keys:
            keys.write(f"{public_key}\n")

    def cpu_s(self) -> float:
        """CPU-seconds of all that it runs and ever ran, its VMs included."""
        cell = os.readlink(f"/proc/{self._process.pid}/ns/pid_for_children")
        return sum(_cpu_s(process) for process in Path("/proc").glob("[0-9]*") if _is_in(cell, process))

    def pull_the_plug(self) -> None:
        """It is dead at once, and its VMs with it."""
        self._process.kill()
        self._process.wait()


class LibvirtHosts:
    """That many hosts, up once entered. They take some seconds: libvirt looks at QEMU first."""

    def __init__(self, directory: Path, count: int = 2) -> None:
        if not 1 <= count <= MOST_HOSTS:
            raise ValueError(f"there may be 1 to {MOST_HOSTS} hosts")
        self._directory, self._count = directory.resolve(), count
        self._open = ExitStack()

    def __enter__(self) -> list[LibvirtHost]:
        if lacking := missing():
            raise RuntimeError(" ".join(lacking))
        with ExitStack() as stack:
            lan.create()
            key = self._directory / "key"
            self._directory.mkdir(parents=True, exist_ok=True)
            _make_key(key)
            access = SshHosts(key)
            access.start()
            stack.callback(access.close)
            numbers = range(1, self._count + 1)
            hosts = [_start(number, self._directory, access, stack) for number in numbers]
            for host in hosts:
                _introduce(host, hosts, key)
            for host in hosts:
                _wait_until_up(host)
            self._open = stack.pop_all()
        return hosts

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()


def missing() -> list[str]:
    """What this computer lacks, as sentences for the operator."""
    return [f"{p} is missing: tools/setup.sh hypervisors" for p in _PROGRAMS if not which(p, path="/usr/sbin:/usr/bin")]


def _start(number: int, directory: Path, access: SshHosts, stack: ExitStack) -> LibvirtHost:
    name, address = f"hv{number}", f"10.77.0.{10 + number}"
    home = directory / name
    (home / ".ssh").mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_key(home / "host_key")
    inside = (sys.executable, "-m", "lab.libvirt_inside", name, address, str(home))
    # it ends with us, even when we are killed
    argv = ("setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "lab.cell", *inside)
    with (home / "out.log").open("wb") as out:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    stack.callback(_end, process)
    _wait_for_network(process)
    lan.add_cable(name, process.pid)
    stack.callback(lan.remove, [name])
    host_key = _public(home / "host_key")
    return LibvirtHost(name, address, home, host_key, access.host(SshAccess(address, host_key)), process)


def _introduce(host: LibvirtHost, hosts: list[LibvirtHost], key: Path) -> None:
    """Whoever has the key of the lab is let in, and the hosts have it."""
    known = "".join(f"{each.address} {each.host_key}\n" for each in hosts)
    (host.directory / ".ssh" / "known_hosts").write_text(known)
    own = host.directory / ".ssh" / "id_ed25519"
    own.touch(mode=0o600)
    own.write_bytes(key.read_bytes())
    host.authorize(_public(key))


def _wait_for_network(process: subprocess.Popen[bytes]) -> None:
    """Until it has left our network for its own."""
    ours = os.readlink("/proc/self/ns/net")
    deadline = time.monotonic() + _START_S
    while os.readlink(f"/proc/{process.pid}/ns/net") == ours:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("a libvirt host does not start: see its out.log")
        time.sleep(_LOOK_S)


def _wait_until_up(host: LibvirtHost) -> None:
    deadline = time.monotonic() + _START_S
    while not _answers(host.host):
        if host._process.poll() is not None or time.monotonic() > deadline:
            said = "".join((host.directory / log).read_text()[-1000:] for log in ("out.log", "libvirtd.log"))
            raise RuntimeError(f"libvirt host {host.name} does not come up: {said}")
        time.sleep(_LOOK_S)


def _answers(host: Host) -> bool:
    try:
        return host.run(("virsh", "-c", "qemu:///system", "version"), timeout_s=30).status == 0
    except StepError:
        return False


def _is_in(cell: str, process: Path) -> bool:
    try:
        return os.readlink(process / "ns/pid") == cell
    except OSError:  # it has ended
        return False


def _cpu_s(process: Path) -> float:
    """With the children it has waited for."""
    try:
        fields = (process / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _make_key(path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    path.touch(mode=0o600)
    key.write_private_key(path)
    path.chmod(0o600)


def _public(path: Path) -> str:
    return " ".join(asyncssh.read_private_key(path).export_public_key().decode().split()[:2])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
