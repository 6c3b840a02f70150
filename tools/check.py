"""The fast loop behind `make check`: two pieces at a time, a line each, and what a failed one has to say."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.suites import prepare

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Piece:
    """One thing that must hold, and the command that shows it."""

    name: str
    command: list[str]

    def holds(self) -> bool:
        began = time.monotonic()
        done = subprocess.run(self.command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        verdict = "ok    " if done.returncode == 0 else "FAILED"
        line = f"{verdict} {self.name:<13} {time.monotonic() - began:5.1f} s"
        print(line if done.returncode == 0 else f"{line}\n{done.stdout}", flush=True)
        return done.returncode == 0


def pieces() -> list[Piece]:
    """The slow ones first: they fill one core while the quick ones share the other."""
    return [
        Piece("types", [str(BIN / "mypy")]),
        Piece("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Piece("lint", [str(BIN / "ruff"), "check", "."]),
        Piece("imports", [str(BIN / "lint-imports"), "--no-logo"]),
        Piece("dependencies", [str(BIN / "deptry"), "--no-ansi", "src"]),
        Piece("tests", prepare("fast")),
    ]


def main() -> int:
    began = time.monotonic()
    todo = pieces()
    with ThreadPoolExecutor(max_workers=2) as lanes:
        held = list(lanes.map(Piece.holds, todo))
    broken = [piece.name for piece, good in zip(todo, held, strict=True) if not good]
    took = f"{time.monotonic() - began:.0f} s"
    print(f"check: {', '.join(broken)} failed ({took})" if broken else f"check: all {len(todo)} pieces hold ({took})")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
