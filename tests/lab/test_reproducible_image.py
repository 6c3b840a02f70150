"""The small image twice over: the same content. Outside a cell, which reaches no mirror of Debian."""

from pathlib import Path

import pytest

from lab.images.small import ensure_image


@pytest.mark.slow
def test_two_builds_have_the_same_digest(tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    digests = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "downloads").symlink_to(tmp_path / "downloads")
        digests.append(ensure_image(tmp_path / name).digest)
    assert digests[0] == digests[1]
