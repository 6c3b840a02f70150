"""Who reads an archive has no rights; who writes believes nothing of what the reader says."""

import io
import lzma
import os
import struct
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from openqrm.plugin_api.host.folders.entries import (
    END,
    FILE,
    FOLDER,
    HARD_LINK,
    HEAD,
    SYMLINK,
    read_entries,
)
from openqrm.plugin_api.host.folders.placing import Target
from openqrm.plugin_api.host.folders.unpacking import entries_of, piped, unpack
from openqrm.plugin_api.host.noting import Refused
from tests.unit.plugin_api.test_fill_program import Packing, archive, entry


def lie(
    kind: bytes, name: bytes, mode: int = 0o644, uid: int = 0, size: int = 0, link: bytes = b"", cap: bytes = b""
) -> bytes:
    """As a reader may say it that is somebody else's."""
    return HEAD.pack(kind, mode, uid, 0, 0, size, len(name), len(link), len(cap)) + name + link + cap


LIES = {
    "unknown kind": (lie(b"c", b"dev"), "is of a kind that no file system has"),
    "dots": (lie(FILE, b"a/../../x"), "leads out of the folder"),
    "from the root": (lie(FILE, b"/etc/x"), "leads out of the folder"),
    "the folder's own name": (lie(FILE, b"."), "leads out of the folder"),
    "no name": (lie(FILE, b""), "is of a kind that no file system has"),
    "an end with a name": (lie(END, b"x"), "is of a kind that no file system has"),
    "zero in a name": (lie(FILE, b"a\0b"), "is none that a file system has"),
    "long name": (lie(FILE, b"a" * 256), "is none that a file system has"),
    "deep name": (lie(FOLDER, b"/".join([b"a"] * 201)), "is none that a file system has"),
    "rights beyond": (lie(FILE, b"a", 0o100644), "has rights or an owner that no file system has"),
    "owner that means nobody": (lie(FILE, b"a", uid=2**32 - 1), "has rights or an owner that no file system has"),
    "folder with bytes": (lie(FOLDER, b"a", size=1), "has what only files have"),
    "capability of a link": (lie(SYMLINK, b"a", link=b"b", cap=b"c"), "has what only files have"),
    "endless capability": (lie(FILE, b"a", cap=b"c" * 65), "has what only files have"),
    "file with a link": (lie(FILE, b"a", link=b"b"), "is a link to nothing"),
    "link to nothing": (lie(SYMLINK, b"a"), "is a link to nothing"),
    "zero in a link": (lie(SYMLINK, b"a", link=b"b\0c"), "is a link to nothing"),
    "hard link out": (lie(HARD_LINK, b"a", link=b"../../secret"), "leads out of the folder"),
    "hard link from the root": (lie(HARD_LINK, b"a", link=b"/etc/shadow"), "leads out of the folder"),
    "more than there is": (lie(FILE, b"a", size=2**63), "the disk is full"),
    "cut off in a head": (lie(FILE, b"a")[:9], "its reader ended in the middle"),
    "cut off in a name": (lie(FILE, b"abc")[:-1], "its reader ended in the middle"),
    "cut off in a file": (lie(FILE, b"a", size=2) + b"x", "its reader ended in the middle"),
    "no end": (b"", "its reader ended in the middle"),
}  # fmt: skip


@pytest.mark.parametrize("what", LIES)
def test_a_reader_that_lies_is_not_believed(what: str, tmp_path: Path) -> None:
    said, because = LIES[what]
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "target").mkdir()
    target, stream = Target(str(tmp_path / "target"), 0, 0), io.BytesIO(said)
    with pytest.raises(Refused, match=because):
        for each in read_entries(stream):
            target.put(each, stream)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "target"]
    assert {path.name for path in (tmp_path / "target").iterdir()} <= {"a"}
    assert (tmp_path / "secret").stat().st_nlink == 1


def end(told: int, words: int, said: bytes, why: bytes = b"") -> NoReturn:
    os.write(told, said)
    os.write(words, why)
    os._exit(1 if why else 0)


def stop(told: int) -> NoReturn:
    os.write(told, lie(FOLDER, b"a"))
    os.kill(os.getpid(), 9)
    os._exit(0)


READERS: dict[str, tuple[Callable[[int, int, int], NoReturn], str]] = {
    "goes on": (lambda _, told, words: end(told, words, lie(END, b"") + b"x"), "goes on after its end"),
    "says why": (lambda _, told, words: end(told, words, lie(END, b""), b"no \x1b[2J\ntar"), r"^no \[2Jtar$"),
    "was stopped": (lambda _, told, words: stop(told), "was stopped by signal 9"),
    "ends without a word": (lambda _, told, words: end(told, words, b""), "ended in the middle"),
}


@pytest.mark.parametrize("what", READERS)
def test_how_a_reader_ends_counts(what: str) -> None:
    reader, because = READERS[what]
    with pytest.raises(Refused, match=because), entries_of(0, reader) as stream:
        list(read_entries(stream))


def run(source: Path, target: Path, most_bytes: int = 0) -> Target:
    target.mkdir(exist_ok=True)
    made = Target(str(target), most_bytes, 0)
    unpack(str(source), "", made, lambda *_: None)
    return made


def test_what_is_odd_and_no_danger_is_taken(tmp_path: Path) -> None:
    entries = [
        entry("new\nline", data=b"1"),
        entry("./a//b/./c", data=b"2"),
        entry("a/b/c", data=b"3"),
        entry("a/b", tarfile.DIRTYPE, mode=0o40750),
        entry("a/b", tarfile.DIRTYPE, mode=0o700),
        entry("before", data=b"x", mtime=-86400),
    ]
    run(archive(tmp_path / "odd.tar", entries), tmp_path / "target")
    assert (tmp_path / "target/new\nline").read_bytes() == b"1" and (tmp_path / "target/a/b/c").read_bytes() == b"3"
    assert (tmp_path / "target/a/b").stat().st_mode == 0o40700 and (
        tmp_path / "target/before"
    ).stat().st_mtime == -86400


def sparse(folder: Path) -> Path:
    """A few hundred bytes that stand for a terabyte and some."""
    (folder / "hole").touch()
    os.truncate(folder / "hole", 1 << 40)
    subprocess.run(["tar", "-C", str(folder), "--sparse", "-cf", str(folder / "a.tar"), "hole"], check=True)
    return folder / "a.tar"


def greedy_xz(folder: Path) -> Path:
    """A small file whose head asks for a dictionary of 3 GiB."""
    packed = bytearray(lzma.compress(archive(folder / "x.tar", [entry("a", data=b"x")]).read_bytes()))
    at, size = 12, (packed[12] + 1) * 4
    packed[packed.index(b"\x21\x01", at) + 2] = 39
    packed[at + size - 4 : at + size] = struct.pack("<I", zlib.crc32(packed[at : at + size - 4]))
    (folder / "a.tar.xz").write_bytes(packed)
    return folder / "a.tar.xz"


def greedy_head(folder: Path) -> Path:
    """A head of the newer kind that says it has two gigabytes."""
    member, _ = entry("head", tarfile.XHDTYPE)
    member.size = 2 << 30
    (folder / "a.tar").write_bytes(member.tobuf(tarfile.GNU_FORMAT))
    os.truncate(folder / "a.tar", 3 << 30)
    return folder / "a.tar"


def changed(folder: Path, how: Callable[[bytearray], object], mode: Packing = "w") -> Path:
    """Three entries, the one in the middle not as it was."""
    path = archive(folder / "a.tar", [entry(name, data=b"x" * 600) for name in "abc"], mode)
    packed = bytearray(path.read_bytes())
    how(packed)
    path.write_bytes(packed)
    return path


def scratch(packed: bytearray) -> None:
    packed[1536 + 150] ^= 1


def cut(packed: bytearray) -> None:
    del packed[-6:]


HARMFUL: dict[str, tuple[Callable[[Path], Path], str]] = {
    "sparse bomb": (sparse, "the disk is full|larger than the volume"),
    "dictionary": (greedy_xz, "it cannot be read: MemoryError"),
    "head": (greedy_head, "it cannot be read: MemoryError"),
    "scratched": (lambda folder: changed(folder, scratch), "it is broken in the middle"),
    "cut off in its sum": (lambda folder: changed(folder, cut, "w:gz"), "it cannot be read: EOFError"),
    "zero in a name": (
        lambda folder: archive(folder / "a.tar", [entry("a", pax_headers={"path": "a\0b"})]), "is none that",
    ),
    "long name": (lambda folder: archive(folder / "a.tar", [entry("a" * 256)]), "is none that a file system has"),
    "deep name": (lambda folder: archive(folder / "a.tar", [entry("a/" * 201)]), "is none that a file system has"),
    "owner": (lambda folder: archive(folder / "a.tar", [entry("a", uid=-1)]), "has rights or an owner"),
    "time": (lambda folder: archive(folder / "a.tar", [entry("a", pax_headers={"mtime": "1e30"})]), "a size or a time"),
}  # fmt: skip


@pytest.mark.parametrize("what", HARMFUL)
def test_what_an_archive_asks_of_its_reader_has_bounds(what: str, tmp_path: Path) -> None:
    make, because = HARMFUL[what]
    with pytest.raises(Refused, match=because):
        run(make(tmp_path), tmp_path / "target", 1 << 30)
    assert sum(path.lstat().st_size for path in (tmp_path / "target").rglob("*") if path.is_file()) < 2048


@pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to give up")
def test_a_tool_has_no_rights(tmp_path: Path) -> None:
    (tmp_path / "ours").touch(0o600)

    def said(*argv: str, reads_all: bool = False) -> str:
        with piped(*argv, reads_all=reads_all) as out:
            return os.read(out, 65536).decode()

    status = said("cat", "/proc/self/status")
    assert "\nUid:\t65534\t65534\t65534\t65534\n" in status and "\nGroups:\t \n" in status
    assert "\nNoNewPrivs:\t1\n" in status and "\nCapEff:\t0000000000000000\n" in status
    assert "\nCapEff:\t0000000000000004\n" in said("cat", "/proc/self/status", reads_all=True)
    cards = said("cat", "/proc/self/net/dev").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in cards] in ([], ["lo"])
    with pytest.raises(Refused, match="cat ended with 1"):
        said("cat", str(tmp_path / "ours"))
    assert said("cat", str(tmp_path / "ours"), reads_all=True) == ""
    for argv in (("touch", str(tmp_path / "ours")), ("chmod", "644", str(tmp_path / "ours"))):
        with pytest.raises(Refused, match="ended with 1"):
            said(*argv, reads_all=True)
