"""Newc cpio archives, as the kernel and busybox unpack them: the same bytes for the same entries, on every machine."""

import gzip
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

_MAGIC = "070701"
_TRAILER = "TRAILER!!!"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One file, folder, link or device; its name has no leading slash. Owned by root, of no time."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def file(name: str, data: bytes, *, executable: bool = False) -> Entry:
    return Entry(name, stat.S_IFREG | (0o755 if executable else 0o644), data)


def folder(name: str, mode: int = 0o755) -> Entry:
    return Entry(name, stat.S_IFDIR | mode)


def link(name: str, target: str) -> Entry:
    return Entry(name, stat.S_IFLNK | 0o777, target.encode())


def character_device(name: str, major: int, minor: int, mode: int = 0o600) -> Entry:
    return Entry(name, stat.S_IFCHR | mode, device=(major, minor))


def pipe(name: str) -> Entry:
    return Entry(name, stat.S_IFIFO | 0o600)


def render_archive(entries: Iterable[Entry]) -> bytes:
    """A whole archive: the entries by name, each below the folders that it needs."""
    by_name = {entry.name: entry for entry in entries}
    missing = {str(up) for name in by_name for up in PurePosixPath(name).parents} - {"."} - set(by_name)
    complete = [*by_name.values(), *(folder(name) for name in missing)]
    return render_entries(sorted(complete)) + render_trailer()


def render_entries(entries: Iterable[Entry]) -> bytes:
    """Entries alone, in the order given: a part of an archive."""
    return b"".join(_render(entry) for entry in entries)


def render_trailer() -> bytes:
    """The end of an archive."""
    return _render(Entry(_TRAILER, 0))


def compress(data: bytes) -> bytes:
    """Gzip without a time or a name in it."""
    return gzip.compress(data, 9, mtime=0)


def _render(entry: Entry) -> bytes:
    name = entry.name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    # ino, mode, uid, gid, nlink, mtime, filesize, device of the archive's file system (2), rdev (2), namesize, check
    numbers = (0, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    header = (_MAGIC + "".join(f"{number:08X}" for number in numbers)).encode()
    return _padded(header + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
