"""Filling a disk in a file, on this very machine: what the engine sees of it, to its end, through crashes, and back."""

import hashlib
import os
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Action, Differs, Irreversible, NotYet, Satisfied, Seen
from openqrm.domain.record import Record
from openqrm.domain.storage import Loan, Volume
from openqrm.plugin_api.storage.making.fill_disk import PROGRAM, FillDisk
from openqrm.plugin_api.testing import SimulatedWorld
from tests.unit.plugin_api.hostile_disks import CLUSTER, COPIED, MIB, packed, qcow2, rows
from tests.unit.plugin_api.test_disk_program import HOSTILE
from tests.unit.plugin_api.test_fill_program import Filling


class Here:
    """A world that is one machine; it knows these records."""

    def __init__(self, *given: Record) -> None:
        self.records = SimulatedWorld(given=given).records

    def host(self, _name: str) -> Any:
        return LocalHost()


def an_empty_disk(folder: Path, size_mib: int = 8) -> Path:
    disk = folder / "web.img"
    disk.touch()
    os.truncate(disk, size_mib * MIB)
    return disk


def filling(disk: Path, source: Path, size_mib: int = 8, sha256: str = "") -> FillDisk:
    places = {"note": f"{disk.parent}/.filled/web.1", "trash": f"{disk.parent}/.trash/web.img.1.filled"}
    return FillDisk("here", "web", str(disk), str(source), sha256, size_mib, **places)


def driven(action: Action) -> Seen:
    """As the engine does it."""
    seen = action.observe(Here())
    if isinstance(seen, Differs):
        action.ensure(Here())
        seen = action.observe(Here())
    deadline = time.monotonic() + 60
    while isinstance(seen, NotYet):
        assert "%" in seen.because and "MB" in seen.because and time.monotonic() < deadline
        time.sleep(0.02)
        seen = action.observe(Here())
    return seen


def filled(folder: Path, source: Path, size_mib: int = 8, sha256: str = "") -> bytes:
    disk = an_empty_disk(folder, size_mib)
    assert driven(filling(disk, source, size_mib, sha256)) == Satisfied(f"it is filled from {source}")
    return disk.read_bytes()


def taken_back(action: FillDisk) -> None:
    """Undone twice changes nothing more, and it could be done again."""
    inverse = action.inverse()
    assert not isinstance(inverse, Irreversible) and isinstance(inverse.observe(Here()), Differs)
    for _ in range(2):
        inverse.ensure(Here())
        assert isinstance(inverse.observe(Here()), Satisfied)


def refused_while_nothing_has_begun(folder: Path, source: Path, message: str) -> None:
    disk = an_empty_disk(folder)
    before = sorted(folder.rglob("*"))
    with pytest.raises(StepError, match=message) as error:
        filling(disk, source).observe(Here())
    assert error.value.category is Category.REFUSED and "Traceback" not in error.value.message
    assert sorted(folder.rglob("*")) == before and not disk.stat().st_blocks


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_source_is_refused_before_anything_changes(name: str, tmp_path: Path) -> None:
    fields, message = HOSTILE[name]
    refused_while_nothing_has_begun(tmp_path, qcow2(tmp_path / "found.qcow2", **fields), message)


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/etc/passwd"), os.mkfifo, os.mkdir])
def test_so_is_what_is_no_plain_file(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "found")
    refused_while_nothing_has_begun(tmp_path, tmp_path / "found", "no plain file|symbolic links")


@pytest.mark.parametrize("head", [b"KDMV\1", b"vhdxfile", b"conectix", b"<<< Oracle"])
def test_a_disk_of_another_format_is_not_taken_for_its_bytes(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "found").write_bytes(head.ljust(4096, b"\0"))
    refused_while_nothing_has_begun(tmp_path, tmp_path / "found", "convert it to raw or qcow2 first")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_an_archive_is_not_taken_for_a_disk(mode: Literal["w", "w:gz", "w:xz", "w:bz2"], tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "found", mode) as out:
        out.addfile(tarfile.TarInfo("etc/passwd"))
    refused_while_nothing_has_begun(tmp_path, tmp_path / "found", "it is an archive")


def test_so_is_a_disk_larger_than_the_volume(tmp_path: Path) -> None:
    source = qcow2(tmp_path / "found", size=9 * MIB)
    refused_while_nothing_has_begun(tmp_path, source, "it is a disk of 9 MiB, and the volume has 8 MiB")


def test_so_is_one_whose_clusters_are_packed_in_another_way(tmp_path: Path) -> None:
    source = qcow2(tmp_path / "found", features=8, extensions=b"\1".ljust(8, b"\0"))
    refused_while_nothing_has_begun(tmp_path, source, "it is packed by zstd: convert it first")


def test_a_clone_that_nobody_wrote_to_yet_is_not_empty(tmp_path: Path) -> None:
    clone = qcow2(tmp_path / "web.qcow2", backing=b"layer.qcow2")
    with pytest.raises(StepError, match="something else"):
        filling(clone, tmp_path / "found").observe(Here())


WRITES = """#!/bin/sh
printf theirs >"$TARGET"
for making; do :; done
cp "$TARGET" "$making"
"""


def test_a_disk_that_is_written_meanwhile_is_left_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "volumes").mkdir()
    filling, tools = Filling(tmp_path, "web.qcow2", PROGRAM, {"most_bytes": 8 * MIB}), tmp_path / "tools"
    qcow2(filling.target)
    (tmp_path / "found").write_bytes(b"ours")
    tools.mkdir()
    (tools / "qemu-img").write_text(WRITES)
    (tools / "qemu-img").chmod(0o755)
    filling.environment = {"PATH": f"{tools}:{os.environ['PATH']}", "TARGET": str(filling.target)}
    assert filling.fill(tmp_path / "found")["because"] == f"{filling.target} was written to meanwhile"
    assert filling.target.read_bytes() == b"theirs"


def test_a_disk_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    disk, source = an_empty_disk(tmp_path), qcow2(tmp_path / "found")
    disk.write_bytes(b"theirs")
    with pytest.raises(StepError, match="something else") as error:
        filling(disk, source).observe(Here())
    assert error.value.category is Category.CONFLICT
    with pytest.raises(StepError, match="is not empty"):
        filling(disk, source).ensure(Here())
    inverse = filling(disk, source).inverse()
    assert not isinstance(inverse, Irreversible) and isinstance(inverse.observe(Here()), Satisfied)
    inverse.ensure(Here())
    assert disk.read_bytes() == b"theirs"


def test_another_digest_fails_and_leaves_an_empty_disk(tmp_path: Path) -> None:
    disk, source = an_empty_disk(tmp_path), tmp_path / "found"
    source.write_bytes(b"data")
    action = filling(disk, source, sha256="0" * 64)
    with pytest.raises(StepError, match="it has the SHA-256") as error:
        driven(action)
    assert error.value.category is Category.REFUSED
    taken_back(action)
    assert not any(disk.read_bytes()) and not list(tmp_path.rglob(".trash"))


def test_what_was_filled_is_taken_back_into_the_trash(tmp_path: Path) -> None:
    disk, source = an_empty_disk(tmp_path), tmp_path / "found"
    source.write_bytes(b"data")
    action = filling(disk, source)
    for _ in range(2):
        driven(action)
        assert disk.read_bytes().startswith(b"data")
        taken_back(action)
        assert disk.stat().st_size == 8 * MIB and not any(disk.read_bytes())
    kept = sorted((tmp_path / ".trash/web.img.1.filled").iterdir())
    assert [path.read_bytes()[:4] for path in kept] == [b"data"] * 2


@pytest.mark.parametrize(
    ("record", "says"),
    [(Volume(name="web", storage="san", granted_to="m-1"), "granted to m-1"),
     (Loan(name="web.m-2", volume="web", resource="m-2"), "lent to m-2")],
)  # fmt: skip
def test_what_a_machine_has_by_now_is_not_taken_back(record: Record, says: str, tmp_path: Path) -> None:
    disk, source = an_empty_disk(tmp_path), tmp_path / "found"
    source.write_bytes(b"data")
    action = filling(disk, source)
    driven(action)
    inverse = action.inverse()
    assert not isinstance(inverse, Irreversible)
    with pytest.raises(StepError, match=says) as error:
        inverse.ensure(Here(record))
    assert error.value.category is Category.CONFLICT and disk.read_bytes().startswith(b"data")


def test_a_fill_of_an_older_plan_says_that_it_cannot_be_undone(tmp_path: Path) -> None:
    assert isinstance(replace(filling(tmp_path / "web.img", tmp_path), trash="").inverse(), Irreversible)


@pytest.mark.parametrize("settled", [False, True], ids=["half", "whole, and nobody has noted it"])
def test_what_a_crash_left_is_begun_anew_or_taken_back(settled: bool, tmp_path: Path) -> None:
    disk, source = an_empty_disk(tmp_path), tmp_path / "found"
    source.write_bytes(b"data")
    action, left = filling(disk, source), disk if settled else tmp_path / ".making-web.img"
    for end in (driven, taken_back):
        (tmp_path / ".filled").mkdir(exist_ok=True)
        (tmp_path / ".filled/web.1").write_text('{"state": "working", "done": 1, "total": 4, "pid": 99999999}')
        left.write_bytes(b"dat")
        assert action.observe(Here()) == Differs("the work was broken off")
        end(action)
        assert disk.read_bytes() == (b"data" if end is driven else b"").ljust(8 * MIB, b"\0")
    kept = [path.read_bytes().rstrip(b"\0") for path in (tmp_path / ".trash/web.img.1.filled").iterdir()]
    assert kept == ([b"dat"] * 2 if settled else [b"data"]), "a machine may have written it"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".filled", ".trash", "found", "web.img"]


def test_a_raw_disk_is_poured_sparse(tmp_path: Path) -> None:
    source = tmp_path / "found"
    source.write_bytes(b"\1" * 4096 + bytes(6 * MIB) + b"end")
    content = filled(tmp_path, source, sha256=hashlib.sha256(source.read_bytes()).hexdigest())
    assert content == source.read_bytes().ljust(8 * MIB, b"\0")
    assert (tmp_path / "web.img").stat().st_blocks * 512 < 6 * MIB


def test_clusters_are_poured_plain_and_packed(tmp_path: Path) -> None:
    entry, data = packed(b"packed" * 10000, 4 * CLUSTER + 100)
    table = rows(COPIED | 3 * CLUSTER, 0, entry, 1, COPIED | 3 * CLUSTER | 1)  # plain, none, packed, zeros, zeros
    clusters = (table, b"plain" * 1000, bytes(100) + data)
    content = filled(tmp_path, qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=clusters))
    assert content[:5000] == b"plain" * 1000 and not any(content[5000 : 2 * CLUSTER])
    assert content[2 * CLUSTER :].rstrip(b"\0") == b"packed" * 10000


def test_what_a_cluster_holds_beyond_the_end_of_its_disk_is_left_out(tmp_path: Path) -> None:
    full = b"\1" * CLUSTER
    table = rows(COPIED | 3 * CLUSTER, COPIED | 4 * CLUSTER)
    source = qcow2(tmp_path / "found", size=CLUSTER + 512, entry=COPIED | 2 * CLUSTER, clusters=(table, full, full))
    assert filled(tmp_path, source).rstrip(b"\0") == b"\1" * (CLUSTER + 512)


def test_a_table_that_leads_to_itself_ends_with_the_disk(tmp_path: Path) -> None:
    """Each of its 8192 rows is the table again: what comes out is bounded by the size that was allowed."""
    loop = rows(*[COPIED | 2 * CLUSTER] * 8192)
    content = filled(tmp_path, qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=(loop,)))
    assert len(content) == 8 * MIB and content[:CLUSTER] == loop


@pytest.mark.slow
def test_a_packed_bomb_is_one_cluster(tmp_path: Path) -> None:
    entry, data = packed(b"\1" * 64 * MIB, 3 * CLUSTER)
    source = qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=(rows(entry), data))
    assert filled(tmp_path, source).rstrip(b"\0") == b"\1" * CLUSTER


def test_what_lies_beyond_the_file_is_zeros(tmp_path: Path) -> None:
    source = qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=(rows(1 << 50, 1 << 40),))
    assert not any(filled(tmp_path, source))
