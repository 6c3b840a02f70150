"""The program that fills a volume on a storage's own machine: what it makes, and what no archive makes it do."""

import contextlib
import fcntl
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pytest

from openqrm.plugin_api.actions.fill import PROGRAM
from openqrm.plugin_api.sending import BOOT


@dataclass
class Filling:
    """A target in a folder of its own, and the program."""

    folder: Path
    name: str = "web"
    program: bytes = PROGRAM
    more: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=lambda: {**os.environ})

    @property
    def target(self) -> Path:
        return self.folder / "volumes" / self.name

    @property
    def making(self) -> Path:
        return self.folder / "volumes/.making-web"

    @property
    def note(self) -> Path:
        return self.folder / "volumes/.filled/web.1"

    def broken_off(self, version: int = 1) -> None:
        """As a crash leaves it."""
        self.note.parent.mkdir(exist_ok=True)
        self.note.write_text(json.dumps({"state": "working", "done": 1, "total": 4, "pid": 2**22, "version": version}))
        self.making.mkdir()
        (self.making / "half").touch()

    def ask(self, verb: str, source: Path) -> subprocess.CompletedProcess[str]:
        places = {"target": self.target, "note": self.note, "trash": self.folder / "trash"}
        settings: dict[str, Any] = {key: str(path) for key, path in (places | {"source": source}).items()}
        settings |= {"sha256": "", "most_bytes": 0, "version": 1, "used": False, "in_place": False, **self.more}
        argv = [sys.executable, "-I", "-c", BOOT, verb, json.dumps(settings)]
        given: dict[str, Any] = {"input": self.program.decode(), "env": self.environment}
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, **given)

    def look(self, source: Path = Path("/")) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.ask("look", source).stdout)
        return said

    def fill(self, source: Path) -> dict[str, Any]:
        """Start, and wait for the end."""
        started = self.ask("start", source)
        assert started.returncode == 0, started.stderr
        return self.ended(source)

    def ended(self, source: Path) -> dict[str, Any]:
        return self.looks(lambda said: said["state"] != "working", source)

    def looks(self, so: Callable[[dict[str, Any]], bool], source: Path = Path("/")) -> dict[str, Any]:
        """What it tells once that is so, a minute at most."""
        deadline = time.monotonic() + 60
        while not so(said := self.look(source)):
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        return said


@pytest.fixture
def filling(tmp_path: Path) -> Iterator[Filling]:
    """No worker outlives its test, however that ends."""
    (tmp_path / "volumes/web").mkdir(parents=True)
    made = Filling(tmp_path)
    yield made
    if made.note.exists() and "working" in made.note.read_text():
        made.ask("halt", Path("/"))


def entry(name: str, kind: bytes = tarfile.REGTYPE, data: bytes = b"", **more: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A member of an archive, as anybody may write one."""
    member = tarfile.TarInfo(name)
    member.type, member.size, member.mode = kind, len(data), 0o755
    member.uid, member.gid, member.mtime = os.getuid(), os.getgid(), 1_600_000_000
    for key, value in more.items():
        setattr(member, key, value)
    return member, data


Packing = Literal["w", "w:gz", "w:xz", "w:bz2"]


def archive(path: Path, entries: Iterable[tuple[tarfile.TarInfo, bytes]], mode: Packing = "w") -> Path:
    with tarfile.open(path, mode) as out:
        for member, data in entries:
            out.addfile(member, io.BytesIO(data))
    return path


def tree(folder: Path) -> list[tuple[object, ...]]:
    """All there is, with what a machine would notice."""

    def seen(path: Path) -> tuple[object, ...]:
        at = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        links = 0 if path.is_dir() else at.st_nlink
        return str(path.relative_to(folder)), at.st_mode, at.st_uid, at.st_gid, links, int(at.st_mtime), content

    return [seen(path) for path in sorted([folder, *folder.rglob("*")])]


def make_tree(folder: Path) -> Path:
    (folder / "bin/deep").mkdir(parents=True)
    (folder / "bin/tool").write_bytes(b"#!/bin/sh\n" * 100_000)
    (folder / "bin/tool").chmod(0o4755)
    os.link(folder / "bin/tool", folder / "bin/deep/same")
    (folder / "sbin").symlink_to("bin")
    (folder / "etc").symlink_to("/nowhere/at/all")
    (folder / "bin/deep").chmod(0o1777)
    (folder / "bin/\udce9").write_text("a name that is no UTF-8")
    for path in (folder / "bin/deep", folder / "bin", folder):
        os.utime(path, (1_500_000_000, 1_500_000_000))
    return folder


def test_a_folder_is_filled_from_another_one(filling: Filling) -> None:
    source = make_tree(filling.folder / "source")
    assert filling.look()["state"] == "empty"
    assert filling.fill(source) == {"state": "filled", "source": str(source), "left_out": 0, "version": 1}
    assert tree(filling.target) == tree(source)


@pytest.mark.parametrize("how", ["--gzip", "--xz", "--zstd", "--no-auto-compress"])
def test_a_folder_is_filled_from_an_archive(filling: Filling, how: str) -> None:
    source, packed = make_tree(filling.folder / "source"), filling.folder / f"image.tar{'.zst' * (how == '--zstd')}"
    subprocess.run(["tar", "-C", str(source), how, "-cf", str(packed), "."], check=True)
    assert filling.fill(packed)["state"] == "filled"
    assert tree(filling.target) == tree(source)


OUTSIDE: dict[str, Callable[[Path], list[tuple[tarfile.TarInfo, bytes]]]] = {
    "a name with dots": lambda _: [entry("a/../../escaped", data=b"x")],
    "a name from the root": lambda out: [entry(str(out / "escaped"), data=b"x")],
    "a link, and a file behind it": lambda out: [
        entry("way", tarfile.SYMTYPE, linkname=str(out)), entry("way/escaped", data=b"x"),
    ],
    "a link, and a folder behind it": lambda out: [
        entry("way", tarfile.SYMTYPE, linkname=".."), entry("way/escaped", tarfile.DIRTYPE),
    ],
    "a link in place of a folder": lambda out: [
        entry("way", tarfile.DIRTYPE), entry("way", tarfile.SYMTYPE, linkname=str(out)), entry("way/escaped"),
    ],
    "a folder in place of a link": lambda out: [
        entry("way", tarfile.SYMTYPE, linkname=str(out)), entry("way", tarfile.DIRTYPE), entry("way/escaped"),
    ],
    "a hard link to a file outside": lambda out: [entry("mine", tarfile.LNKTYPE, linkname=str(out / "secret"))],
    "a hard link through dots": lambda _: [entry("mine", tarfile.LNKTYPE, linkname="../../secret")],
    "a hard link through a link": lambda out: [
        entry("way", tarfile.SYMTYPE, linkname=str(out)), entry("mine", tarfile.LNKTYPE, linkname="way/secret"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("trick", OUTSIDE)
def test_no_archive_writes_or_reads_outside(filling: Filling, trick: str) -> None:
    (filling.folder / "secret").write_text("secret")
    packed = archive(filling.folder / "evil.tar", OUTSIDE[trick](filling.folder))
    before = {path for path in filling.folder.rglob("*") if "volumes" not in path.parts}
    said = filling.fill(packed)
    assert said["state"] == "failed" and said["because"]
    assert {path for path in filling.folder.rglob("*") if "volumes" not in path.parts} == before
    assert not (filling.folder / "volumes/escaped").exists()
    assert (filling.folder / "secret").stat().st_nlink == 1


def test_a_file_in_place_of_a_link_does_not_follow_it(filling: Filling) -> None:
    (filling.folder / "secret").write_text("secret")
    link = entry("way", tarfile.SYMTYPE, linkname=str(filling.folder / "secret"))
    packed = archive(filling.folder / "evil.tar", [link, entry("way", data=b"mine")])
    assert filling.fill(packed)["state"] == "filled"
    assert (filling.folder / "secret").read_text() == "secret"
    assert (filling.target / "way").read_text() == "mine" and not (filling.target / "way").is_symlink()


def test_devices_are_left_out_and_counted(filling: Filling) -> None:
    kinds = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    entries = [entry(f"dev/{number}", kind, devmajor=8) for number, kind in enumerate(kinds)]
    said = filling.fill(archive(filling.folder / "devices.tar", [*entries, entry("file", data=b"x")]))
    assert (said["state"], said["left_out"]) == ("filled", 3)
    assert [path.name for path in filling.target.iterdir()] == ["file"]


def test_what_is_larger_than_the_volume_is_refused_in_time(filling: Filling) -> None:
    filling.more["most_bytes"] = 3 << 20
    bomb = archive(filling.folder / "bomb.tar.gz", [entry("zeros", data=bytes(64 << 20))], "w:gz")
    said = filling.fill(bomb)
    assert (said["state"], said["because"]) == ("failed", "it is larger than the volume, which has 3 MiB")
    assert sum(path.stat().st_size for path in filling.making.rglob("*")) <= 4 << 20


def test_an_archive_of_another_digest_is_refused(filling: Filling) -> None:
    packed = archive(filling.folder / "image.tar", [entry("file", data=b"x")])
    filling.more["sha256"] = "0" * 64
    assert "SHA-256" in filling.fill(packed)["because"] and not list(filling.target.iterdir())
    filling.more["sha256"] = sha256(packed.read_bytes()).hexdigest()
    assert filling.fill(packed)["state"] == "filled"


@pytest.mark.parametrize(
    ("bound", "lower", "because"),
    [("MOST_ENTRIES = 5_000_000", "MOST_ENTRIES = 1", "it has more than 1 entries"),
     ("SPARE_BYTES = 64 << 20", "SPARE_BYTES = 1 << 60", "the disk is full")],
)  # fmt: skip
def test_what_is_unpacked_has_bounds(filling: Filling, bound: str, lower: str, because: str) -> None:
    assert bound.encode() in filling.program
    filling.program = filling.program.replace(bound.encode(), lower.encode())
    packed = archive(filling.folder / "image.tar", [entry("one", data=b"x"), entry("two", data=b"x")])
    assert filling.fill(packed)["because"] == because


def test_what_its_own_program_finds_broken_is_not_whole(filling: Filling) -> None:
    """All of the archive comes, and then zstd says that there is more, and what that is nobody knows."""
    packed = archive(filling.folder / "image.tar", [entry("file", data=b"x")])
    subprocess.run(["zstd", "-q", str(packed)], check=True)
    with Path(f"{packed}.zst").open("ab") as more:
        more.write(b"more")
    assert filling.fill(Path(f"{packed}.zst"))["because"] == "zstd ended with 1"


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b broken", b"\x28\xb5\x2f\xfd broken"])
def test_what_is_no_archive_fails_with_a_word(filling: Filling, content: bytes) -> None:
    broken = filling.folder / "broken.tar.zst"
    broken.write_bytes(content)
    said = filling.fill(broken)
    assert said["state"] == "failed" and said["because"]


def test_a_folder_that_is_not_empty_is_left_alone(filling: Filling) -> None:
    (filling.target / "theirs").touch()
    refused = filling.ask("start", make_tree(filling.folder / "source"))
    assert refused.returncode != 0 and "is not empty" in refused.stderr
    assert filling.look()["state"] == "foreign"
    filling.ask("clear", Path("/"))
    assert (filling.target / "theirs").exists()


@pytest.mark.slow
def test_what_was_filled_goes_to_the_trash_and_what_was_not_whole_is_gone(filling: Filling) -> None:
    filling.fill(make_tree(filling.folder / "source"))
    assert filling.ask("clear", Path("/")).returncode == 0
    assert filling.look()["state"] == "empty"
    assert (filling.folder / "trash/web/bin/tool").exists()
    evil = [entry("half", data=b"x"), entry("../x", data=b"x")]
    filling.fill(archive(filling.folder / "evil.tar", evil))
    assert not list(filling.target.iterdir()), "a volume is whole or empty"
    assert filling.ask("clear", Path("/")).returncode == 0
    assert filling.look()["state"] == "empty" and not filling.making.exists()
    assert [path.name for path in (filling.folder / "trash").iterdir()] == ["web"]


@pytest.mark.parametrize("verb", ["start", "clear"])
def test_what_a_machine_wrote_since_the_work_was_broken_off_is_kept(filling: Filling, verb: str) -> None:
    source = make_tree(filling.folder / "source")
    filling.broken_off()
    (filling.target / "theirs").write_text("a machine's")
    assert filling.look()["state"] == "broken off"
    if verb == "start":
        assert filling.fill(source)["state"] == "filled" and tree(filling.target) == tree(source)
    else:
        assert filling.ask("clear", source).returncode == 0 and filling.look()["state"] == "empty"
    assert (filling.folder / "trash/web/theirs").read_text() == "a machine's" and not filling.making.exists()


def test_a_note_of_another_version_of_the_volume_does_not_count(filling: Filling) -> None:
    filling.broken_off(version=3)
    assert filling.look()["state"] == "empty"
    (filling.target / "theirs").touch()
    assert filling.look()["state"] == "foreign"
    assert "is not empty" in filling.ask("start", make_tree(filling.folder / "source")).stderr
    assert filling.ask("clear", Path("/")).returncode == 0
    assert (filling.target / "theirs").exists() and not (filling.folder / "trash").exists()


@pytest.fixture
def slow_zstd() -> Iterator[Path]:
    """A zstd that waits for a word at `go`, where nobody may look for it."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "zstd").write_text('#!/bin/sh\nread -r _ <"${0%/*}/go"\nexec cat\n')
        (folder / "zstd").chmod(0o755)
        os.mkfifo(folder / "go")
        (folder / "go").chmod(0o666)
        yield folder


def is_read(pipe: Path) -> bool:
    with contextlib.suppress(OSError):
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        return True
    return False


def begun(filling: Filling, slow_zstd: Path) -> Path:
    """The source of work that goes on until that zstd is told to."""
    source = archive(filling.folder / "slow.tar.zst", [entry("ours")])
    filling.environment = {"PATH": f"{slow_zstd}:{os.environ['PATH']}"}
    assert filling.ask("start", source).returncode == 0
    return source


def test_what_is_written_meanwhile_is_left_where_it_is(filling: Filling, slow_zstd: Path) -> None:
    source = begun(filling, slow_zstd)
    (filling.target / "theirs").touch()
    (slow_zstd / "go").write_text("go\n")
    assert filling.ended(source)["because"] == f"{filling.target} was written to meanwhile"
    assert [path.name for path in filling.target.iterdir()] == ["theirs"]


def test_a_worker_whose_plan_was_given_up_is_ended_and_nothing_else_is_changed(
    filling: Filling, slow_zstd: Path
) -> None:
    assert filling.ask("halt", Path("/")).returncode == 0 and not filling.note.exists(), "nobody is at work yet"
    source = begun(filling, slow_zstd)
    assert filling.ask("halt", source).returncode == 0
    assert filling.look()["state"] == "broken off" and filling.making.exists()


def test_nobody_is_ended_who_only_has_the_number_that_a_worker_had(filling: Filling) -> None:
    """The note is of before a reboot, and what holds its lock has not left its own worker yet."""
    bound = b"END_S = 30"
    assert bound in filling.program
    filling.program = filling.program.replace(bound, b"END_S = 0.3")
    filling.broken_off()
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger, filling.note.open("r+") as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        note.write(json.dumps({"state": "working", "pid": stranger.pid, "version": 1}))
        note.truncate()
        note.flush()
        said, lives = filling.ask("halt", Path("/")).stderr, stranger.poll() is None
        stranger.kill()
    assert (said, lives) == ("the worker does not end\n", True)


@pytest.mark.parametrize("sha256", ["", "0" * 64])
def test_what_would_never_come_to_an_end_is_not_begun(filling: Filling, sha256: str) -> None:
    """Or else it would wait for a writer for ever."""
    os.mkfifo(filling.folder / "pipe.tar")
    filling.more["sha256"] = sha256
    assert filling.fill(filling.folder / "pipe.tar")["because"].endswith("is no plain file")


@pytest.mark.slow
def test_a_worker_that_was_killed_is_noticed_and_its_work_begun_anew(filling: Filling, slow_zstd: Path) -> None:
    source = begun(filling, slow_zstd)
    worker = filling.looks(lambda said: "pid" in said)["pid"]
    assert filling.ask("start", source).returncode == 0  # it is at work: nothing happens
    assert filling.look()["pid"] == worker
    os.kill(worker, 9)
    assert filling.looks(lambda said: said["state"] != "working")["state"] == "broken off"
    filling.looks(lambda _: not is_read(slow_zstd / "go"))  # what it started has ended with it
    whole = make_tree(filling.folder / "source")
    assert filling.fill(whole)["state"] == "filled"
    assert tree(filling.target) == tree(whole)
