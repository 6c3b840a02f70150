"""One operating system process of a child: started, heard, ended with all that it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import structlog

from openqrm.plugin_api.service import Child

log = structlog.get_logger()
MAX_LINE_BYTES = 4096
PROBE_TIMEOUT_S = 3.0


def write_files(child: Child) -> None:
    """Make its folders and files; a file is replaced at once and as a whole."""
    for folder in child.folders:
        folder.mkdir(parents=True, exist_ok=True)
    for path, content in child.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(content)
        fresh.replace(path)


class Process:
    """A running child in a process group of its own.

    `setpriv` has the kernel kill it with the thread that started it; a child that changes its user loses that, so its
    number is also written down and what an earlier openQRM left is ended first.
    """

    def __init__(self, plugin: str, child: Child, pid_file: Path) -> None:
        self._plugin, self._child, self._pid_file = plugin, child, pid_file
        end_leftover(pid_file)
        pid_file.parent.mkdir(parents=True, exist_ok=True)
        argv = ("setpriv", "--pdeathsig", "KILL", "--", *child.argv)
        self._popen = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        pid_file.write_text(f"{self.pid} {_birth(self.pid)}")
        self._ear = threading.Thread(target=self._listen, name=f"log {plugin}/{child.name}", daemon=True)
        self._ear.start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def status(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._popen.poll()

    def is_ready(self) -> bool:
        """Whether it does its work."""
        probe = self._child.ready
        if isinstance(probe, int):
            with suppress(OSError), socket.create_connection(("127.0.0.1", probe), PROBE_TIMEOUT_S):
                return True
            return False
        if not probe:
            return True
        with suppress(OSError, subprocess.TimeoutExpired):
            quiet = subprocess.DEVNULL
            done = subprocess.run(probe, stdin=quiet, stdout=quiet, stderr=quiet, timeout=PROBE_TIMEOUT_S, check=False)
            return done.returncode == 0
        return False

    def hang_up(self) -> None:
        """Have it read its files again."""
        self._popen.send_signal(signal.SIGHUP)

    def end(self) -> int:
        """Ask it to end, kill what is left of its group, and return its exit status."""
        self._popen.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(self._child.stop_timeout_s)
        return self.bury()

    def bury(self) -> int:
        """Kill the whole group; nothing of it is left when this returns."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        status = self._popen.wait()
        self._ear.join(PROBE_TIMEOUT_S)
        self._pid_file.unlink(missing_ok=True)
        return status

    def _listen(self) -> None:
        pipe = self._popen.stdout
        assert pipe is not None
        with pipe:
            while line := pipe.readline(MAX_LINE_BYTES):
                text = line.decode(errors="replace").rstrip()
                log.info(text, plugin=self._plugin, child=self._child.name, pid=self.pid)


def end_leftover(pid_file: Path) -> None:
    """Kill the group of the process written down here, if that very process still runs."""
    try:
        pid, birth = (int(word) for word in pid_file.read_text().split())
    except (FileNotFoundError, ValueError):
        return
    if birth and _birth(pid) == birth:
        log.warning("ending what an earlier openQRM left running", pid=pid, pid_file=str(pid_file))
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    pid_file.unlink(missing_ok=True)


def _birth(pid: int) -> int:
    """When a process began, in ticks since the machine started: with its number it names the process for good."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[19])
