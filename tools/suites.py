"""Runs test suites and adds them up: `python -m tools.suites host real`.

A suite is a choice of markers and a place: on this machine, or inside a cell, where real machines and storages have
namespaces of their own.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.tally import render_tallies

RESULTS = Path("build/tests")
WORKERS = 2


@dataclass(frozen=True)
class Suite:
    markers: str
    in_cell: bool = False
    dist: str = "loadgroup"

    def command(self, junit: Path) -> list[str]:
        """Two workers for two cores; each has a cell of its own where machines are real."""
        python = f"{sys.executable} -m lab.cell {sys.executable}" if self.in_cell else sys.executable
        workers = ["--tx", f"{WORKERS}*popen//python={python}", "--dist", self.dist]
        return [sys.executable, "-m", "pytest", "-m", self.markers, *workers, f"--junit-xml={junit}"]


SUITES = {
    # neighbours stay together: xdist's keeper of groups looks through all tests again after each of thousands
    "fast": Suite("not real and not lab and not postgresql and not slow and not console", dist="worksteal"),
    "host": Suite("(slow or postgresql) and not real and not lab and not console"),  # the rest is fast
    "console": Suite("console"),  # apart: a browser's driver keeps an event loop in its process
    "real": Suite("real and not lab", in_cell=True),
    "lab": Suite("lab", in_cell=True),
}


def junit_of(name: str) -> Path:
    return RESULTS / f"{name}.xml"


def prepare(name: str) -> list[str]:
    """The command of a suite, with the result of an earlier run out of the way."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    junit_of(name).unlink(missing_ok=True)
    return SUITES[name].command(junit_of(name))


def fetch_supplies(names: list[str]) -> None:
    """Kernel and image, made once and kept: a cell reaches nobody to fetch them from. Pages, before two serve them."""
    if any(SUITES[name].in_cell for name in names):
        more = ["guest"] if "lab" in names else []
        subprocess.run([sys.executable, "-m", "lab.images", "build/lab", *more], check=True)
    if "console" in names:
        subprocess.run([sys.executable, "-m", "tools.console", "build"], check=True)


def main(names: list[str]) -> int:
    fetch_supplies(names)
    statuses = [subprocess.run(prepare(name), check=False).returncode for name in names]
    told, result = render_tallies(map(junit_of, names), statuses)
    print(told)
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
