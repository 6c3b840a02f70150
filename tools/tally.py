"""Adds up pytest's junit files: `python3 tools/tally.py build/tests/fast.xml …` ends with `N passed, N failed`.

A skipped test counts as failed, because what did not run has shown nothing; so does a file that is missing or names no
test. Needs no .venv, so that the line also appears when the set-up itself broke.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Tally:
    passed: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def tally_junit(text: str) -> Tally:
    """Counts the tests of one junit file; one failure where there is no test in it."""
    try:
        cases = list(ElementTree.fromstring(text).iter("testcase"))
    except ElementTree.ParseError:
        cases = []
    bad = sum(any(case.find(tag) is not None for tag in ("failure", "error", "skipped")) for case in cases)
    return Tally(len(cases) - bad, bad) if cases else Tally(failed=1)


def tally_file(path: Path) -> Tally:
    return tally_junit(path.read_text(encoding="utf-8")) if path.is_file() else Tally(failed=1)


def total(tallies: Iterable[Tally], statuses: Iterable[int] = ()) -> Tally:
    """The sum; a command that failed although no test did counts as one failure, so the line never hides it."""
    counted = sum(tallies, Tally())
    return counted if counted.failed or not any(statuses) else counted + Tally(failed=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="junit files, one per run that was due")
    parser.add_argument("--status", nargs="*", type=int, default=[], help="exit statuses of the commands that were run")
    options = parser.parse_args()
    tallies = [tally_file(path) for path in options.files]
    for path, counted in zip(options.files, tallies, strict=True):
        print(f"{path.stem}: {counted}")
    result = total(tallies, options.status)
    print(result)
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
