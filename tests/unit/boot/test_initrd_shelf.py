"""What is kept of initrds, and what goes first."""

import os
from pathlib import Path

from openqrm.boot.initrd.shelf import is_kept, keep, trim


def put(store: Path, content: bytes, age_s: int) -> Path:
    path = keep(store, "initrd", content, bytes)
    os.utime(path, (1e9 - age_s, 1e9 - age_s))
    return path


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    other = keep(tmp_path, "base", b"x" * 1000, bytes)
    old, used, new = (put(tmp_path, content * 100, age_s) for age_s, content in ((30, b"a"), (20, b"b"), (10, b"c")))
    assert is_kept(old)
    trim(tmp_path, "initrd", 200)
    assert {path for path in (old, used, new, other) if path.exists()} == {old, new, other}
    trim(tmp_path, "initrd", 10)
    assert {*tmp_path.iterdir()} == {other}


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    first = keep(tmp_path, "initrd", b"a", bytes)
    assert keep(tmp_path, "initrd", b"a", bytes) == first and len([*tmp_path.iterdir()]) == 1


def test_what_has_gone_is_not_kept(tmp_path: Path) -> None:
    assert not is_kept(tmp_path / "initrd-0")
