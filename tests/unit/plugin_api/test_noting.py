"""The note of work that goes on by itself: what it tells of its end, and how it is ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from openqrm.plugin_api.host.noting import Note


class EndsMeanwhile(Note):
    """Its worker comes to its end between a look at what it wrote and one at its lock."""

    def lock(self) -> bool:
        self.write(state="filled", source="found")
        return super().lock()


@pytest.mark.parametrize(("kind", "state"), [(Note, "broken off"), (EndsMeanwhile, "filled")])
def test_only_work_that_has_not_told_its_end_is_broken_off(kind: type[Note], state: str, tmp_path: Path) -> None:
    note = kind(str(tmp_path / "note"))
    note.write(state="working", done=1, total=2)
    assert note.seen()["state"] == state


WORKER = """
import os, sys, time
from openqrm.plugin_api.host.noting import Note, leave_worker

def work(tell):
    if os.fork():
        sys.exit("killed, say")  # what it started goes on, as what pours a disk does
    time.sleep(60)

note = Note(sys.argv[1], 1)
note.lock()
leave_worker(note, work)
"""


def test_a_worker_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    path = tmp_path / "note"
    subprocess.run([sys.executable, "-c", WORKER, path], check=True, timeout=60)
    note = Note(str(path), 2)
    assert note.read() == {} and not note.lock(), "of another version, and there is one worker for all"
    note.end_worker()
    assert note.lock()
