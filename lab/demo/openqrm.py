"""The server under demonstration: the real program, started as an operator would."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_S = 30.0


@contextmanager
def serving(base: Path, listening: Sequence[socket.socket], boot: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`openqrm serve` with its API on the sockets given and its boot door at ADDRESS:PORT; ends with the context."""
    argv = [sys.executable, "-m", "openqrm.main", "serve", "--base", str(base), "--boot", boot]
    descriptors = [each.fileno() for each in listening]
    launch = [sys.executable, "-S", "-m", "lab.demo.hand_over", *map(str, descriptors), "--", *argv]
    with log.open("wb") as out:
        process = subprocess.Popen(launch, stdin=subprocess.DEVNULL, stdout=out, stderr=out, pass_fds=descriptors)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def first_password(base: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    """The generated password of the first administrator, once the server has written it."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        for path in base.glob("first-password"):
            if text := path.read_text().strip():
                return text.split()[-1]
        time.sleep(0.1)
    raise RuntimeError(f"openqrm did not start; the end of its log:\n{log.read_text()[-2000:]}")
