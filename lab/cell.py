"""A cell: a private network, mount table and process tree that the kernel takes back when its first process ends.

There is no clean-up code: processes, interfaces, taps and mounts go with the cell, even after kill -9 of its holder.

    python -m lab.cell COMMAND…     run a command in a new cell

`unshare` makes the namespaces. The fork stays ours, because unshare's own --fork swallows SIGTERM (util-linux 2.38)
and makes the command PID 1, which neither reaps orphans nor dies of an ordinary signal:

    holder (the pid the caller knows) ── first process (PID 1 inside: reaps) ── the command
"""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

_MARK = "OPENQRM_CELL"  # its value is the network outside
_NAMESPACES = ("--net", "--mount", "--propagation", "private", "--pid", "--uts", "--ipc")
_FURNITURE = (("proc", "/proc"), ("sysfs", "/sys"), ("tmpfs", "/run"))
_FIRST_LISTENING_FD = 3  # as the LISTEN_FDS convention has it
_PASSED_ON = {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}
_SI_KERNEL = 128  # sent by the terminal, so to the whole process group
_PR_SET_PDEATHSIG = 1

_PROGRAMS = {
    "unshare": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "qemu-system-x86_64": "qemu-system-x86",
    "ipmi_sim": "openipmi",
    "ipmitool": "ipmitool",
    "dnsmasq": "dnsmasq-base",
}
_FILES = {
    "/usr/lib/ipxe/qemu/pxe-virtio.rom": "ipxe-qemu",
    "/usr/share/OVMF/OVMF_CODE_4M.fd": "ovmf",
}


class NotInCell(RuntimeError):
    """Something that would touch the real network or process table was asked for outside a cell."""


def in_cell() -> bool:
    """Is this process inside a cell? Believes the marker only when the network really is another one."""
    outside = os.environ.get(_MARK)
    return outside is not None and outside != _network()


def require(what: str) -> None:
    """Refuse to go on outside a cell; WHAT is the subject of the sentence."""
    if not in_cell():
        raise NotInCell(f"{what} lives in a cell only. Run the command as: python -m lab.cell COMMAND…")


def missing() -> list[str]:
    """What this computer lacks for a cell with a rack in it, as sentences for the operator; empty when ready."""
    lacking = [f"{p} is missing: install the Debian package {d}." for p, d in _PROGRAMS.items() if not shutil.which(p)]
    lacking += [f"{f} is missing: install the Debian package {d}." for f, d in _FILES.items() if not Path(f).exists()]
    if not Path("/dev/net/tun").exists():
        lacking.append("/dev/net/tun is missing: load the kernel module tun, or give the container that device.")
    if os.geteuid() != 0:
        lacking.append("Virtual machines on a private network need root: run it as root, for example with sudo.")
    return lacking or _missing_privileges()


def _missing_privileges() -> list[str]:
    argv = ["unshare", *_NAMESPACES, "--", "ip", "link", "add", "probe", "type", "bridge"]
    probe = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
    if probe.returncode == 0:
        return []
    said = probe.stderr.strip()
    return [
        f"The kernel refuses a private network with a bridge ({said}): in a container, allow the capabilities "
        "SYS_ADMIN and NET_ADMIN; on a host, load the kernel module bridge."
    ]


def enter(argv: Sequence[str], listening: Sequence[socket.socket] = ()) -> NoReturn:
    """Become the holder of a new cell that runs ARGV, and end as ARGV ends.

    LISTENING sockets stay in the network they were opened in, so what serves them can be reached from outside; the
    command finds them with `inherited()`.
    """
    high = [fcntl.fcntl(s, fcntl.F_DUPFD_CLOEXEC, _FIRST_LISTENING_FD + len(listening)) for s in listening]
    for fd, wanted in zip(high, range(_FIRST_LISTENING_FD, _FIRST_LISTENING_FD + len(high)), strict=True):
        os.dup2(fd, wanted)
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
    environment = os.environ | {_MARK: _network(), "PATH": path, "LISTEN_FDS": str(len(high))}
    holder = (sys.executable, "-I", "-S", os.path.abspath(__file__), "--hold", *argv)
    os.execvpe("unshare", ["unshare", *_NAMESPACES, "--", *holder], environment)


def inherited() -> list[socket.socket]:
    """The listening sockets that `enter` handed to this process, in order."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    return [socket.socket(fileno=_FIRST_LISTENING_FD + i) for i in range(int(os.environ["LISTEN_FDS"]))]


def _network() -> str:
    return os.readlink("/proc/self/ns/net")


def _hold(argv: Sequence[str]) -> int:
    """The holder: fork the cell's first process and end as it ends."""
    libc = ctypes.CDLL(None)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, *_PASSED_ON})
    first = os.fork()
    if first == 0:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os._exit(_furnish_and_run(argv))
    return _wait_for(first)


def _furnish_and_run(argv: Sequence[str]) -> int:
    """PID 1 of the cell; when it returns, the kernel ends the cell."""
    for kind, where in _FURNITURE:
        subprocess.run(["mount", "-t", kind, kind, where], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    command = os.fork()
    if command == 0:
        _exec(argv)
    return _wait_for(command)


def _exec(argv: Sequence[str]) -> NoReturn:
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    try:
        os.execvpe(argv[0], list(argv), os.environ | {"LISTEN_PID": str(os.getpid())})
    except OSError as error:
        print(f"cannot run {argv[0]} in the cell: {error.strerror}", file=sys.stderr)
        os._exit(127)


def _wait_for(child: int) -> int:
    """Reap until CHILD has ended, passing signals on to it: its exit code, or 128 + N when signal N ended it."""
    while True:
        info = signal.sigwaitinfo({signal.SIGCHLD, *_PASSED_ON})
        if info.si_signo != signal.SIGCHLD:
            if info.si_code != _SI_KERNEL:
                os.kill(child, info.si_signo)
            continue
        code = _reap(child)
        if code is not None:
            return code if code >= 0 else 128 - code


def _reap(child: int) -> int | None:
    """Collect all that have ended; the exit code of CHILD if it was among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == child:
            return os.waitstatus_to_exitcode(status)
        if pid == 0:
            return None


def main(argv: Sequence[str]) -> int:
    """The command line: COMMAND… in a new cell."""
    if argv[:1] == ["--hold"]:
        return _hold(argv[1:])
    if not argv or argv[0].startswith("-"):
        print("usage: python -m lab.cell COMMAND…", file=sys.stderr)
        return 2
    lacking = missing()
    if lacking:
        print("\n".join(lacking), file=sys.stderr)
        return 2
    enter(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
