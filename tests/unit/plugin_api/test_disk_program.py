"""The program that storages run for disks in files, on files by which somebody means harm."""

import hashlib
import os
import resource
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.host.disks.looking import Refused, confined
from openqrm.plugin_api.storage.making import disk_program
from tests.unit.plugin_api.hostile_disks import BACKING, CLUSTER, COPIED, DATA_FILE, MIB, extension, packed, qcow2, rows

HOST = LocalHost()
HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "backing file": ({"backing": b"/etc/shadow"}, "it stands on another file, /etc/shadow"),
    "backing address": ({"backing": b'json:{"file.driver":"nbd"}'}, "it stands on another file, json:"),
    "backing file of another volume's": ({"backing": b".layers/../x.qcow2"}, "it stands on another file"),
    "data file": ({"features": 4}, "it keeps its data in another file"),
    "data file named only": ({"extensions": extension(DATA_FILE, b"/etc/shadow")}, "it keeps its data in another file"),
    "data file behind another word": (
        {"extensions": extension(BACKING, b"raw") + extension(DATA_FILE, b"/dev/sda")},
        "it keeps its data in another file",
    ),
    "endless head": ({"extensions": extension(BACKING, b"raw", length=2**32 - 1)}, "its head has no end"),
    "endless name": ({"backing_bytes": 2**32 - 1}, "the name of what it stands on is out of place"),
    "absurd size": ({"size": 2**63}, "it says it is a disk of 9223372036854775808 bytes"),
    "no size": ({"size": 0}, "it says it is a disk of 0 bytes"),
    "absurd table": ({"table_entries": 2**32 - 1}, "with a table of 4294967295 entries"),
    "absurd clusters": ({"bits": 62}, "clusters of 2\\^62 bytes"),
    "unknown version": ({"version": 99}, "a qcow2 of version 99"),
    "unknown feature": ({"features": 1 << 40}, "features that are not known here: 0x10000000000"),
    "not closed": ({"features": 1}, "it was not closed cleanly"),
    "encrypted": ({"crypt": 2}, "it is encrypted"),
    "snapshots": ({"snapshots": 3}, "it has 3 snapshots inside"),
    "cut off": ({"keep_bytes": CLUSTER}, "it is cut off"),
    "cut off in its head": ({"keep_bytes": 60}, "version 0|no end|clusters of 2|is a disk of"),
}


def refused(done: Callable[[], object], message: str) -> None:
    with pytest.raises(StepError, match=message) as error:
        done()
    assert error.value.category is Category.REFUSED and "Traceback" not in error.value.message


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_disk_is_refused_when_it_is_looked_at(name: str, tmp_path: Path) -> None:
    fields, message = HOSTILE[name]
    path = qcow2(tmp_path / "web.qcow2", **fields)
    refused(lambda: disk_program.look_at(HOST, str(path)), message)


@pytest.mark.parametrize("name", HOSTILE)
def test_and_when_a_volume_is_filled_from_it(name: str, tmp_path: Path) -> None:
    fields, message = HOSTILE[name]
    source = qcow2(tmp_path / "found.qcow2", **fields)
    refused(lambda: fill(tmp_path, source), message)
    assert sorted(os.listdir(tmp_path)) == ["found.qcow2", "web.img"] and not (tmp_path / "web.img").stat().st_blocks


def test_an_honest_one_is_told_of(tmp_path: Path) -> None:
    told = disk_program.look_at(HOST, str(qcow2(tmp_path / "web.qcow2")))
    assert told == disk_program.Told("qcow2", 8 * MIB, "", blank=True)
    old = qcow2(tmp_path / "old.qcow2", version=2, entry=COPIED | 2 * CLUSTER)
    assert disk_program.look_at(HOST, str(old)) == disk_program.Told("qcow2", 8 * MIB, "", blank=False)
    assert disk_program.look_at(HOST, str(tmp_path / "none.qcow2")).format == ""
    (tmp_path / "raw.img").write_bytes(b"data")
    assert disk_program.look_at(HOST, str(tmp_path / "raw.img")) == disk_program.Told("raw", 4, "", blank=False)


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/etc/passwd"), os.mkfifo, os.mkdir])
def test_what_is_no_plain_file_is_not_opened(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "web.qcow2")
    refused(lambda: disk_program.look_at(HOST, str(tmp_path / "web.qcow2")), "no plain file|symbolic links")
    refused(lambda: fill(tmp_path, tmp_path / "web.qcow2"), "no plain file|symbolic links")


@pytest.mark.parametrize("head", [b"KDMV\1", b"vhdxfile", b"conectix", b"<<< Oracle"])
def test_a_disk_of_another_format_is_not_taken_for_its_bytes(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "found").write_bytes(head.ljust(4096, b"\0"))
    refused(lambda: fill(tmp_path, tmp_path / "found"), "convert it to raw or qcow2 first")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_an_archive_is_not_taken_for_a_disk(mode: Literal["w", "w:gz", "w:xz", "w:bz2"], tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "found", mode) as out:
        out.addfile(tarfile.TarInfo("etc/passwd"))
    refused(lambda: fill(tmp_path, tmp_path / "found"), "it is an archive")


def test_what_a_guest_has_written_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "raw.img").write_bytes(b"LUKS\xba\xbe")
    assert disk_program.look_at(HOST, str(tmp_path / "raw.img")).format == "raw"


def test_the_reader_opens_nothing_and_has_no_rights() -> None:
    with pytest.raises(Refused, match="it cannot be read: OSError"):
        confined(lambda: {"passwd": Path("/etc/passwd").read_text()}, 5, 0)
    told = confined(lambda: {"user": os.geteuid(), "limit": resource.getrlimit(resource.RLIMIT_FSIZE)}, 5, 0)
    assert told["limit"] == [0, 0] and told["user"] != 0


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(Refused, match="was stopped by signal"):
        confined(lambda: {"sum": sum(range(1 << 60))}, 1, 0)


# Filling


def fill(folder: Path, source: Path, size_mib: int = 8, sha256: str = "") -> bytes:
    disk = folder / "web.img"
    disk.touch()
    os.truncate(disk, size_mib * MIB)
    pour(disk, source, size_mib, sha256)
    return disk.read_bytes()


def pour(disk: Path, source: Path, size_mib: int = 8, sha256: str = "") -> None:
    note = f"{disk.parent}/.filled/web.1"
    settings = {"path": str(disk), "source": str(source), "size_mib": size_mib, "sha256": sha256, "note": note}
    disk_program.tell(HOST, "fill", **settings)
    assert disk_program.look_at(HOST, str(disk), note).filled_from == str(source)


def test_a_raw_disk_is_poured_sparse(tmp_path: Path) -> None:
    source = tmp_path / "found"
    source.write_bytes(b"\1" * 4096 + bytes(6 * MIB) + b"end")
    content = fill(tmp_path, source, sha256=hashlib.sha256(source.read_bytes()).hexdigest())
    assert content == source.read_bytes().ljust(8 * MIB, b"\0")
    assert (tmp_path / "web.img").stat().st_blocks * 512 < 6 * MIB
    refused(lambda: pour(tmp_path / "web.img", source), "web.img is not empty")


def test_clusters_are_poured_plain_and_packed(tmp_path: Path) -> None:
    entry, data = packed(b"packed" * 10000, 4 * CLUSTER + 100)
    table = rows(COPIED | 3 * CLUSTER, 0, entry, 1)  # plain, none, packed, zeros
    clusters = (table, b"plain" * 1000, bytes(100) + data)
    content = fill(tmp_path, qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=clusters))
    assert content[:5000] == b"plain" * 1000 and not any(content[5000 : 2 * CLUSTER])
    assert content[2 * CLUSTER :].rstrip(b"\0") == b"packed" * 10000


def test_a_table_that_leads_to_itself_ends_with_the_disk(tmp_path: Path) -> None:
    """Each of its 8192 rows is the table again: what comes out is bounded by the size that was allowed."""
    loop = rows(*[COPIED | 2 * CLUSTER] * 8192)
    content = fill(tmp_path, qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=(loop,)))
    assert len(content) == 8 * MIB and content[:CLUSTER] == loop


def test_a_packed_bomb_is_one_cluster(tmp_path: Path) -> None:
    entry, data = packed(b"\1" * 64 * MIB, 3 * CLUSTER)
    source = qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=(rows(entry), data))
    assert fill(tmp_path, source).rstrip(b"\0") == b"\1" * CLUSTER


def test_what_lies_beyond_the_file_is_zeros(tmp_path: Path) -> None:
    source = qcow2(tmp_path / "found", entry=COPIED | 2 * CLUSTER, clusters=(rows(1 << 50, 1 << 40),))
    assert not any(fill(tmp_path, source))


def test_a_disk_larger_than_the_volume_is_refused(tmp_path: Path) -> None:
    source = qcow2(tmp_path / "found", size=9 * MIB)
    refused(lambda: fill(tmp_path, source), "it is a disk of 9 MiB, and the volume has 8 MiB")


def test_another_digest_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "found"
    source.write_bytes(b"data")
    refused(lambda: fill(tmp_path, source, sha256="0" * 64), "it has the SHA-256")
    assert not any((tmp_path / "web.img").read_bytes())
