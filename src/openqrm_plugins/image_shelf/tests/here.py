"""This very machine as a host, and a world of it: what is done there is done by the real programs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openqrm.plugin_api import Action, Completed, Seen, World
from openqrm.plugin_api.testing import SimulatedWorld


@dataclass
class Here:
    """`more` is in the environment of every command."""

    more: dict[str, str] = field(default_factory=dict)

    def run(
        self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:  # fmt: skip
        both = {**os.environ, **self.more, **(environment or {})}
        done = subprocess.run(argv, input=stdin, capture_output=True, timeout=timeout_s, env=both, check=False)
        return Completed(done.returncode, done.stdout.decode(), done.stderr.decode())

    def read_file(self, path: str) -> bytes | None:
        return Path(path).read_bytes() if Path(path).exists() else None


def looked_at(action: Action, world: World, until: Callable[[Seen], bool]) -> Seen:
    """What is seen once that is so, a minute at most."""
    deadline = time.monotonic() + 60
    while not until(seen := action.observe(world)):
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)
    return seen


class WorldHere(SimulatedWorld):
    """Records and vault in memory, and this machine as every host."""

    own = Here()

    def host(self, resource: str) -> Any:
        return self.own

    def advance(self, seconds: float) -> None:
        """Real work takes its time, whatever is said."""
        time.sleep(0.02)
