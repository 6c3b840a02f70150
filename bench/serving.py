"""An installation of its own for a bench: `openqrm serve` in an empty directory, on ports that are free."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import usage
from bench.rest import Rest

OPENQRM = Path(sys.executable).with_name("openqrm")
START_LIMIT_S = 30.0
END_LIMIT_S = 20.0
REST_S, REST_LIMIT_S, REST_LOOK_S = 6.0, 120.0, 0.5  # longer than it waits before it looks for a new kernel
_READY = re.compile(r"ready: REST on (\S+), boot door on (\S+), uplink on port (\d+)")


@dataclass(frozen=True, slots=True)
class Serving:
    """It has said that it is ready."""

    process: subprocess.Popen[bytes]
    base: Path
    start_s: float
    start_cpu_s: float
    rest: str
    boot: str

    def cpu_s(self) -> float:
        """What the process has used; the children it keeps (dnsmasq) are not in it."""
        return usage.cpu_s(self.process.pid)

    def with_children_cpu_s(self) -> float:
        """The same with them."""
        return usage.tree_cpu_s(self.process.pid)

    def come_to_rest(self) -> None:
        """Until it has nothing to do: what it prepares at its start is not what is measured."""
        before, resting_s = self.cpu_s(), 0.0
        end = time.monotonic() + REST_LIMIT_S
        while resting_s < REST_S and time.monotonic() < end:
            time.sleep(REST_LOOK_S)
            now = self.cpu_s()
            resting_s = resting_s + REST_LOOK_S if now - before < REST_LOOK_S / 10 else 0.0
            before = now

    def rss_mib(self) -> float:
        """Its resident memory."""
        return usage.rss_mib(self.process.pid)

    def sign_in(self) -> Rest:
        """As the first administrator, whose password openQRM puts away once it has been used."""
        kept, first = self.base / "bench-password", self.base / "first-password"
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(first.read_text())
        return Rest(self.rest, kept.read_text().strip())


@contextmanager
def serving(base: Path, **settings: str) -> Iterator[Serving]:
    """Started in BASE, where it finds what it left there before; ended when the block ends."""
    base.mkdir(parents=True, exist_ok=True)
    given = {"base": str(base), "http": "127.0.0.1:0", "boot": "127.0.0.1:0", "uplink": "127.0.0.1:0"}
    given |= {"newcomers_a_minute": "1000000"} | settings  # a fleet comes at once here
    environment = os.environ | {f"OPENQRM_{key.upper()}": value for key, value in given.items()}
    log = base / "log"
    began = time.monotonic()
    with log.open("wb") as said:
        process = subprocess.Popen([str(OPENQRM), "serve"], env=environment, stdout=said, stderr=said)
    try:
        rest, boot = _wait_until_ready(process, log)
        start_s = time.monotonic() - began
        yield Serving(process, base, start_s, usage.cpu_s(process.pid), rest, boot)
    finally:
        _end(process)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    deadline = time.monotonic() + START_LIMIT_S
    while not (ready := _READY.search(log.read_text())):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"openqrm serve is not ready: {log.read_text()[-500:]}")
        time.sleep(0.01)
    return ready[1], ready[2]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
