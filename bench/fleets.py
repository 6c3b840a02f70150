"""Starts fleets against an installation, and looks into its database for what has arrived."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.serving import Serving, serving
from openqrm.adapters.database import Database
from openqrm.domain.resource import Observation, Resource
from openqrm.plugin_api.codec import ActionCodec

KERNEL = Path("build/lab/kernel").resolve()


@contextmanager
def installation(base: Path) -> Iterator[Serving]:
    """One with a kernel, which every boot script names, and whose initrd it has prepared."""
    with serving(base) as site:
        site.sign_in().do("kernel", "add", name="lab", source=str(KERNEL))
        site.come_to_rest()
        yield site


def start_fleet(*words: object) -> subprocess.Popen[str]:
    """See bench.fleet_process."""
    argv = [sys.executable, "-m", "bench.fleet_process", *map(str, words)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def next_line(fleet: subprocess.Popen[str]) -> dict[str, Any]:
    """What it tells next. Raises RuntimeError when it has ended."""
    assert fleet.stdout is not None
    line = fleet.stdout.readline()
    if not line:
        raise RuntimeError(f"the fleet ended with status {fleet.wait()}")
    told: dict[str, Any] = json.loads(line)
    return told


def stored(site: Serving) -> tuple[list[Resource], list[Observation]]:
    """What the installation knows, read from its file and not from its mouth."""
    database = Database(f"sqlite:///{site.base}/openqrm.sqlite", ActionCodec(()))
    try:
        return database.records.list(Resource), database.records.list(Observation)
    finally:
        database.close()
