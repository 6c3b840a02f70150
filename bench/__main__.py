"""The command line: NAME… of bench.catalogue; without names all but the long ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from rich.console import Console

from bench.catalogue import BENCHES, Bench
from bench.report import print_table, render_markdown, write_results
from bench.rows import Row
from lab import cell

PLACE = Path("build/bench")
PEER_LIMIT_S = 240.0


def run(name: str, bench: Bench) -> list[Row]:
    """The rows of one bench; where it ends early, what it had by then and a row that says why."""
    folder = PLACE / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows").write_bytes(b"")
    lacking = cell.missing() if bench.cell else []
    trouble = lacking[0] if lacking else _run_alone(name, bench, folder)
    rows = [msgspec.json.decode(line, type=Row) for line in (folder / "rows").read_bytes().splitlines()]
    return rows + ([Row(name=name, unit="", note=f"not measured to its end: {trouble}")] if trouble else [])


def _run_alone(name: str, bench: Bench, folder: Path) -> str:
    """Run it in its own process group; what went wrong, or nothing."""
    argv = [sys.executable, "-m", "bench.alone", name, str(folder.resolve())]
    if bench.cell:
        argv = [sys.executable, "-m", "lab.cell", *argv]
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        try:
            status = process.wait(bench.limit_s)
        except subprocess.TimeoutExpired:
            return f"it took more than {bench.limit_s:.0f} s; {log} has more"
        finally:
            _end(process)
    if status == 0:
        return ""
    return f"{(log.read_text(errors='replace').strip().splitlines() or ['no word'])[-1]}; {log} has more"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Whatever is left of its group, which a cell is part of by its holder."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def install_peer(peer: str) -> None:
    """Run its script. A bench whose peer is missing measures alone and says so."""
    folder = PLACE / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{peer}.log").open("wb") as log:
        subprocess.run([f"bench/peers/{peer}.sh"], stdout=log, stderr=log, timeout=PEER_LIMIT_S, check=False)


def main(names: list[str]) -> int:
    """Measure, print, write."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"there is no bench {unknown[0]}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    results = {}
    for name in names or [each for each, bench in BENCHES.items() if not bench.is_long]:
        began = time.monotonic()
        for peer in BENCHES[name].peers:
            install_peer(peer)
        results[name] = run(name, BENCHES[name])
        Console(stderr=True).print(f"{name}: {time.monotonic() - began:.0f} s")
    print_table(results)
    write_results(results, PLACE / "results.json")
    (PLACE / "results.md").write_text(render_markdown(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
