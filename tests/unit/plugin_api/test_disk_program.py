"""The program that storages run for disks in files, on files by which somebody means harm."""

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.host.disks.looking import Refused, confined
from openqrm.plugin_api.storage.making import disk_program
from tests.unit.plugin_api.hostile_disks import BACKING, CLUSTER, COPIED, DATA_FILE, MIB, extension, qcow2

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


def test_what_a_guest_has_written_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "raw.img").write_bytes(b"LUKS\xba\xbe")
    assert disk_program.look_at(HOST, str(tmp_path / "raw.img")).format == "raw"


def test_the_reader_opens_nothing_and_has_no_rights() -> None:
    with pytest.raises(Refused, match="it cannot be read: OSError"):
        confined(lambda: {"passwd": Path("/etc/passwd").read_text()}, (), 5)
    with open("/etc/passwd") as ours:
        with pytest.raises(Refused, match="it cannot be read: OSError"):
            confined(lambda: {"bytes": len(os.read(ours.fileno(), 1))}, (), 5)
        assert confined(lambda: {"bytes": len(os.read(ours.fileno(), 1))}, (ours.fileno(),), 5) == {"bytes": 1}
    told = confined(lambda: {"user": os.geteuid(), "limit": resource.getrlimit(resource.RLIMIT_FSIZE)}, (), 5)
    assert told["limit"] == [0, 0] and told["user"] != 0


@pytest.mark.slow
def test_a_reader_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(Refused, match="was stopped by signal"):
        confined(lambda: {"sum": sum(range(1 << 60))}, (), 1)
