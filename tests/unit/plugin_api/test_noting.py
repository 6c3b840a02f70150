"""The note of work that goes on by itself: who looks at it just when the work ends is told of its end."""

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
