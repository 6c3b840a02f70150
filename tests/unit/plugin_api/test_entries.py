"""What lies in a folder, by the real find: all of it, hidden files and other kinds aside."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.plugin_api import Category, Completed, StepError
from openqrm.plugin_api.storage.making.entries import list_entries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Reached by a link, as an operator may have moved it to a bigger disk."""
    real = tmp_path / ".hidden itself"
    real.mkdir()
    for name in ("web", "two\nlines", ".trash"):
        (real / name).mkdir()
    (real / "web" / "deeper").mkdir()
    (real / "my disk.img").write_bytes(b"x" * 5000)
    link = tmp_path / "exports"
    link.symlink_to(real)
    return link


def test_folders_and_files_are_told_apart(folder: Path) -> None:
    assert [each.name for each in list_entries(LocalHost(), str(folder), "d")] == ["two\nlines", "web"]
    (disk,) = list_entries(LocalHost(), str(folder), "f")
    assert (disk.name, disk.size_bytes) == ("my disk.img", 5000) and disk.used_bytes >= 4096


class Cut(LocalHost):
    """A host whose answers end after so many characters."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def run(self, argv: tuple[str, ...], **given: Any) -> Completed:
        done = super().run(argv, **given)
        return replace(done, out=done.out[: self._most])


def test_a_list_that_was_cut_off_anywhere_is_none(folder: Path) -> None:
    for most in range(20, 90, 7):
        with pytest.raises(StepError) as told:
            list_entries(Cut(most), str(folder), "d")
        assert told.value.category is Category.UNAVAILABLE


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="No such file"):
        list_entries(LocalHost(), str(tmp_path / "none"), "d")
