"""An action that takes its time and says so in a file: for tests of dispatch and takeover."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from openqrm.domain.plan import Differs, NotYet, Plan, Satisfied, Seen, Step
from openqrm.ports.world import World


@dataclass(frozen=True)
class WriteSlowly:
    """The file says so, after `seconds`."""

    name: ClassVar[str] = "test.write-slowly"
    folder: str
    file: str
    seconds: float = 0.0

    @property
    def path(self) -> Path:
        return Path(self.folder, self.file)

    def describe(self) -> str:
        return f"Write {self.file}"

    def touches(self) -> tuple[str, ...]:
        return (f"file/{self.file}",)

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        return Satisfied("written") if self.path.exists() else Differs("not written")

    def ensure(self, world: World) -> None:
        with Path(self.folder, "attempts").open("a") as attempts:
            attempts.write(f"{self.file} {os.getpid()}\n")
        time.sleep(self.seconds)
        self.path.touch()


@dataclass(frozen=True)
class AwaitFile:
    """The file is there; somebody else makes it."""

    name: ClassVar[str] = "test.await-file"
    folder: str
    file: str
    again_s: float = 3600.0

    def describe(self) -> str:
        return f"Wait for {self.file}"

    def touches(self) -> tuple[str, ...]:
        return (f"file/{self.file}",)

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        there = Path(self.folder, self.file).exists()
        return Satisfied("there") if there else NotYet("not there", self.again_s)

    def ensure(self, world: World) -> None:
        """Somebody else does."""


ACTIONS = (WriteSlowly, AwaitFile)


def plan_files(folder: Path, *files: str, seconds: float = 0.0, await_last: bool = False) -> Plan:
    """One file after the other."""
    steps: list[Step] = []
    for file in files:
        needs = (steps[-1].id,) if steps else ()
        wait = await_last and file == files[-1]
        action = AwaitFile(str(folder), file) if wait else WriteSlowly(str(folder), file, seconds)
        steps.append(Step(id=file, action=action, why="a test", needs=needs, deadline_s=7200.0))
    return Plan(title=f"Write {', '.join(files)}", steps=tuple(steps), topic_done="files.written", about="file/all")
