"""One bench in a process of its own: NAME FOLDER; its rows go to FOLDER/rows, a JSON object a line, as they come."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import msgspec

from bench.catalogue import BENCHES


def main(name: str, folder: Path) -> None:
    """Run the bench in an empty scratch folder."""
    scratch = folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    with (folder / "rows").open("wb") as rows:
        for row in BENCHES[name].load()(scratch):
            rows.write(msgspec.json.encode(row) + b"\n")
            rows.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve())
