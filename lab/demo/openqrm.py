"""The program under demonstration: `openqrm serve`, started as an operator would."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.demo import hand_over
from lab.demo.api import Api
from lab.demo.clock import process_cpu_s

START_S = 120.0
_READY = re.compile(r"ready: .* boot door on (\S+), uplink on port (\d+)")


@dataclass(frozen=True)
class Serving:
    """It has said that it is ready."""

    process: subprocess.Popen[bytes]
    url: str  # of its API
    boot: str  # of its boot door
    uplink_port: int
    api: Api

    def cpu_s(self) -> float:
        """CPU-seconds it has used."""
        return process_cpu_s(self.process.pid)


@contextmanager
def serving(
    folder: Path, listening: Sequence[socket.socket], boot: str, uplink: str = "0.0.0.0:2022"
) -> Iterator[Serving]:
    """openQRM in FOLDER: its API on the sockets given, its doors for machines at ADDRESS:PORT. Ends with the context.

    Started again in the same folder it finds what it left there.
    """
    base, log, password = folder / "base", folder / "openqrm.log", folder / "password"
    argv = [sys.executable, "-m", "openqrm.main", "serve", "--base", str(base), "--boot", boot, "--uplink", uplink]
    descriptors = [each.fileno() for each in listening]
    launch = [sys.executable, "-I", "-S", hand_over.__file__, *map(str, descriptors), "--", *argv]
    with log.open("wb") as out:
        process = subprocess.Popen(launch, stdin=subprocess.DEVNULL, stdout=out, stderr=out, pass_fds=descriptors)
    try:
        door, uplink_port = _until_ready(process, log)
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text((base / "first-password").read_text().split()[-1])
        url = f"http://127.0.0.1:{listening[0].getsockname()[1]}"
        yield Serving(process, url, door, uplink_port, Api(url, "admin", password.read_text()))
    finally:
        _end(process)


def _until_ready(process: subprocess.Popen[bytes], log: Path) -> tuple[str, int]:
    deadline = time.monotonic() + START_S
    while not (ready := _READY.search(log.read_text())):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"openqrm did not start; the end of its log:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
    return ready[1], int(ready[2])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
