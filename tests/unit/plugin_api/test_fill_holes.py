"""Files with long runs of zeros, and what they take of the storage."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from openqrm.plugin_api.host.folders.placing import Target
from openqrm.plugin_api.host.folders.unpacking import unpack
from tests.unit.plugin_api.test_fill_program import archive, entry

HOLES: dict[str, Callable[[Path], object]] = {
    "gnu": lambda packed: pack_sparse(packed, "gnu"),
    "posix": lambda packed: pack_sparse(packed, "posix"),
    "dense": lambda packed: archive(packed, [entry(name, data=data) for name, data in with_zeros().items()]),
}


def with_zeros() -> dict[str, bytes]:
    most = 3 << 20
    return {
        "middle": (bytes(9000) + b"data").ljust(most, b"\0") + b"end",
        "tail": b"data".ljust(most, b"\0"),
        "swap": (bytes(4086) + b"SWAPSPACE2").ljust(most, b"\0"),
    }


def pack_sparse(packed: Path, form: str) -> None:
    folder = packed.parent / "sparse"
    folder.mkdir()
    for name, data in with_zeros().items():
        (folder / name).write_bytes(data)
        subprocess.run(["fallocate", "--dig-holes", str(folder / name)], check=True)
    tar = ("tar", "-C", str(folder), "--sparse", f"--format={form}", "-cf", str(packed), *with_zeros())
    subprocess.run(tar, check=True)
    assert packed.stat().st_size < 1 << 20


@pytest.mark.parametrize("how", HOLES)
def test_what_is_zero_takes_no_room(tmp_path: Path, how: str) -> None:
    """Whether or not the archive says so; swap is not used by the kernel when it has holes."""
    HOLES[how](tmp_path / "image.tar")
    (tmp_path / "target").mkdir()
    unpack(str(tmp_path / "image.tar"), "", Target(str(tmp_path / "target"), 0, 0), lambda *_: None)
    for name, data in with_zeros().items():
        path = tmp_path / "target" / name
        assert path.read_bytes() == data
        assert (path.stat().st_blocks * 512 < 1 << 20) == (name != "swap")
