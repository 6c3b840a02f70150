"""The small image holds nothing of one machine or one build."""

from pathlib import Path

import pytest

from lab.images.debian import EPOCH
from lab.images.small import Image, pack

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    "pattern", ["etc/machine-id", "etc/hostname", "etc/resolv.conf", "etc/ssh/ssh_host_*", "var/log/*", "tmp/*"]
)
def test_nothing_of_one_machine_is_in_it(image: Image, pattern: str) -> None:
    assert list(image.tree.glob(pattern)) == []


def test_nothing_in_it_is_younger_than_its_release(image: Image) -> None:
    younger = [path for path in image.tree.rglob("*") if path.lstat().st_mtime > EPOCH]
    assert younger == []


def test_it_is_small(image: Image) -> None:
    assert sum(path.lstat().st_size for path in image.tree.rglob("*")) < 120 << 20


def test_packing_it_again_makes_the_same_content(image: Image, tmp_path: Path) -> None:
    assert pack(image.tree, tmp_path / "again.tar.zst") == image.digest
