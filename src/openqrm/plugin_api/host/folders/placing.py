"""Make what entries say, below one folder and nowhere else.

Every name is walked part by part from the folder's own descriptor, and no link is followed on the way, whatever was put
there before. What is written has a bound.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import IO

from openqrm.plugin_api.host.folders.entries import (
    FILE,
    FOLDER,
    HARD_LINK,
    SYMLINK,
    Entry,
    parts_of,
    shown,
    take,
)
from openqrm.plugin_api.host.noting import Refused

PIECE = 1 << 20
HOLE = bytes(4096)
SWAP_AT, SWAP = slice(4086, 4096), b"SWAPSPACE2"  # how a swap file begins
MOST_ENTRIES = 5_000_000
MOST_FOLDERS = 1_000_000  # which are remembered up to the end
SPARE_FILES = 10_000  # a file system without room for another file would hurt its other volumes
FOLLOW_NONE = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class Target:
    """The folder that is filled. `spare_bytes` of its disk stay free."""

    def __init__(self, path: str, most_bytes: int, spare_bytes: int) -> None:
        self.root = self.at = os.open(path, FOLLOW_NONE)
        self.at_name = b""
        self.most_bytes, self.spare_bytes, self.written, self.count = most_bytes, spare_bytes, 0, 0
        self.folders: dict[bytes, Entry] = {}  # of one that comes twice, as it came last

    def put(self, entry: Entry, stream: IO[bytes]) -> None:
        """A sound one; its bytes are taken from the stream. Raises Refused."""
        self.take_room(entry)
        if not entry.name:
            self.folders[entry.name] = entry
            return
        above, _, name = entry.name.rpartition(b"/")
        parent = self.parent(above)
        if entry.kind == FOLDER:
            self.make_folder(parent, name)
            self.folders[entry.name] = entry
            return
        with contextlib.suppress(FileNotFoundError):  # a name that comes twice: the later one counts. Never a folder
            os.unlink(name, dir_fd=parent)
        if entry.kind == SYMLINK:
            os.symlink(entry.link, name, dir_fd=parent)
            os.chown(name, entry.uid, entry.gid, dir_fd=parent, follow_symlinks=False)
            os.utime(name, ns=(entry.mtime_ns, entry.mtime_ns), dir_fd=parent, follow_symlinks=False)
        elif entry.kind == HARD_LINK:
            self.link(parent, name, entry.link)
        elif entry.kind == FILE:
            self.write(parent, name, entry, stream)

    def take_room(self, entry: Entry) -> None:
        self.count += 1
        self.written += entry.size
        for count, most, what in ((self.count, MOST_ENTRIES, "entries"), (len(self.folders), MOST_FOLDERS, "folders")):
            if count > most:
                raise Refused(f"it has more than {most} {what}")
        if self.most_bytes and self.written > self.most_bytes:
            raise Refused(f"it is larger than the volume, which has {self.most_bytes >> 20} MiB")
        self.demand_free(entry.size)

    def demand_free(self, size: int) -> None:
        disk = os.fstatvfs(self.root)
        if disk.f_bavail * disk.f_frsize < self.spare_bytes + size:
            raise Refused("the disk is full")
        if self.spare_bytes and disk.f_files and disk.f_favail < SPARE_FILES:
            raise Refused("the disk has no room for more files")

    def parent(self, above: bytes) -> int:
        """The descriptor of the folder that this is in."""
        if above != self.at_name:
            if self.at != self.root:
                os.close(self.at)
            self.at, self.at_name = self.root, b""
            self.at = self.walk(above)
            self.at_name = above
        return self.at

    def walk(self, above: bytes) -> int:
        at = self.root
        for part in parts_of(above):
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=at)
            try:
                deeper = os.open(part, FOLLOW_NONE, dir_fd=at)
            except OSError as error:
                raise Refused(f"{shown(above)} goes through what is no folder") from error
            finally:
                self.leave(at)
            at = deeper
        return at

    def leave(self, folder: int) -> None:
        if folder != self.root:
            os.close(folder)

    def make_folder(self, parent: int, name: bytes) -> None:
        """Whatever is there already: it is opened as a folder when it is finished, or else refused."""
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent)

    def link(self, parent: int, name: bytes, target: bytes) -> None:
        above, _, file = target.rpartition(b"/")
        there = self.walk(above)
        try:
            os.link(file, name, src_dir_fd=there, dst_dir_fd=parent, follow_symlinks=False)
        finally:
            self.leave(there)

    def write(self, parent: int, name: bytes, entry: Entry, stream: IO[bytes]) -> None:
        file = os.open(name, NEW_FILE, 0o600, dir_fd=parent)
        try:
            self.write_pieces(file, entry.size, stream)
            dress(file, entry)
        finally:
            os.close(file)

    def write_pieces(self, file: int, size: int, stream: IO[bytes]) -> None:
        """What is zero by whole blocks takes no room, but for swap: the kernel takes none with holes."""
        put, ends_open = write_with_holes, False
        for number, piece in enumerate(pieces(stream, size)):
            self.demand_free(len(piece))
            if not number and piece[SWAP_AT] == SWAP:
                put = write_whole
            ends_open = put(file, piece)
        if ends_open:
            os.ftruncate(file, size)

    def finish(self) -> None:
        """Folders get their rights and times last: both change while they are filled."""
        for entry in reversed([*self.folders.values()]):
            folder = self.walk(entry.name)
            dress(folder, entry)
            self.leave(folder)


def pieces(stream: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        piece = take(stream, min(PIECE, size))
        size -= len(piece)
        yield piece


def write_with_holes(file: int, piece: bytes) -> bool:
    """Whether its end was left out, so that the file is not as long yet."""
    at, is_hole = 0, False
    while at < len(piece):
        end, is_hole = at, piece.startswith(HOLE, at)
        while end < len(piece) and piece.startswith(HOLE, end) == is_hole:
            end += len(HOLE)
        if is_hole:
            os.lseek(file, end - at, os.SEEK_CUR)
        else:
            write_whole(file, memoryview(piece)[at:end])
        at = end
    return is_hole


def write_whole(file: int, piece: bytes | memoryview) -> bool:
    """False, for nothing is left out."""
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]
    return False


def dress(file: int, entry: Entry) -> None:
    """Owner first: a change of owner takes set-user-id away, and capabilities."""
    os.fchown(file, entry.uid, entry.gid)
    os.fchmod(file, entry.mode)
    if entry.capability:
        with contextlib.suppress(OSError):  # not every file system keeps them
            os.setxattr(file, "security.capability", entry.capability)
    os.utime(file, ns=(entry.mtime_ns, entry.mtime_ns))
