"""Runs the demonstration as a user does, in a folder of its own, and looks for what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
SUPPLIES = REPOSITORY / "build/lab"
EVENTUALLY_S = 120.0
_OF_A_CELL = ("OPENQRM_CELL", "LISTEN_FDS", "LISTEN_PID")


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """`python -m lab.demo WORDS` in FOLDER, the first process of a group; what it prints is in FOLDER/said."""
    (folder / "build").mkdir()
    if SUPPLIES.exists():
        (folder / "build/lab").symlink_to(SUPPLIES)
    kept = {key: value for key, value in os.environ.items() if key not in _OF_A_CELL}
    environment = kept | {"CI": "true", "PYTHONPATH": str(REPOSITORY)}
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "lab.demo", *words],
            cwd=folder, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


def said(folder: Path) -> str:
    """What it has printed."""
    return (folder / "said").read_text()


def report(folder: Path) -> dict[str, Any]:
    """Its report."""
    loaded: dict[str, Any] = json.loads((folder / "build/demo/report.json").read_text())
    return loaded


def eventually(holds: Callable[[], object], what: Callable[[], object], within_s: float = EVENTUALLY_S) -> None:
    """Wait until it holds; an AssertionError tells WHAT is so instead."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what()}"
        time.sleep(0.05)


def left(folder: Path) -> list[str]:
    """Processes that have to do with FOLDER, mounts in it, taps: as seen from here."""
    return [*_processes(folder), *_mounts(folder), *_taps()]


def _processes(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid() and str(folder) in _about(process):
            found.append(f"{process.name}: {_about(process)[:200]}")
    return found


def _about(process: Path) -> str:
    try:
        if not (command := (process / "cmdline").read_bytes()):
            return ""  # a zombie, or the kernel's own
        return f"{command.decode(errors='replace')} in {os.readlink(process / 'cwd')}".replace("\0", " ")
    except OSError:  # it has ended
        return ""


def _mounts(folder: Path) -> list[str]:
    return [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(folder) in line]


def _taps() -> list[str]:
    return [path.name for path in Path("/sys/class/net").iterdir() if path.name.startswith(("tap-", "rack0", "bmc0"))]
