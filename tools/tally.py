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
    cases, bad = _cases(text), len(list_failed(text))
    return Tally(len(cases) - bad, bad) if cases else Tally(failed=1)


def list_failed(text: str) -> list[str]:
    """The tests of one junit file that have not passed, each with the first line of why."""
    return [f"{case.get('classname')}::{case.get('name')}: {why}" for case in _cases(text) if (why := _why(case))]


def read_junit(path: Path) -> str:
    """Nothing where no run has written it."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def render_tallies(files: Iterable[Path], statuses: Iterable[int]) -> tuple[str, Tally]:
    """What failed, by name; then a line for each run; the sum last."""
    runs = [(path.stem, read_junit(path)) for path in files]
    result = total([tally_junit(text) for _, text in runs], statuses)
    failed = [f"FAILED {name}: {each}" for name, text in runs for each in list_failed(text)]
    return "\n".join([*failed, *(f"{name}: {tally_junit(text)}" for name, text in runs), str(result)]), result


def _cases(text: str) -> list[ElementTree.Element]:
    try:
        return list(ElementTree.fromstring(text).iter("testcase"))
    except ElementTree.ParseError:
        return []


def _why(case: ElementTree.Element) -> str:
    """Empty when it has passed."""
    found = (case.find(tag) for tag in ("failure", "error", "skipped"))
    bad = next((each for each in found if each is not None), None)
    if bad is None:
        return ""
    return next((line[:200] for line in bad.get("message", "").splitlines() if line.strip()), bad.tag)


def total(tallies: Iterable[Tally], statuses: Iterable[int] = ()) -> Tally:
    """The sum; a command that failed although no test did counts as one failure, so the line never hides it."""
    counted = sum(tallies, Tally())
    return counted if counted.failed or not any(statuses) else counted + Tally(failed=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="junit files, one per run that was due")
    parser.add_argument("--status", nargs="*", type=int, default=[], help="exit statuses of the commands that were run")
    options = parser.parse_args()
    told, result = render_tallies(options.files, options.status)
    print(told)
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
