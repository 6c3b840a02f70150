"""Unpack an archive into a folder.

It may come from anybody. So every name is walked part by part from the folder's own descriptor, and no link is followed
on the way, whatever the archive has put there before; devices are left out, since root would lend them to everybody who
can reach the folder; and what is written has a bound.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tarfile
import time
from collections.abc import Callable

from openqrm.plugin_api.host.folders.reading import PIECE, opened
from openqrm.plugin_api.host.noting import Refused

MOST_ENTRIES = 5_000_000
TELL_S = 1.0
CAPABILITY = "SCHILY.xattr.security.capability"
FOLLOW_NONE = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def unpack(source: str, folder: str, most_bytes: int, spare_bytes: int, tell: Callable[[int, int], None]) -> int:
    """How many devices were left out. `spare_bytes` of the disk stay free. Raises Refused."""
    with opened(source) as (stream, through, whole):
        archive = tarfile.open(fileobj=stream, mode="r|*")  # noqa: SIM115 # it is closed with its stream
        target = Target(archive, folder, most_bytes, spare_bytes)
        told = 0.0
        for count, member in enumerate(archive):
            if count >= MOST_ENTRIES:
                raise Refused(f"it has more than {MOST_ENTRIES} entries")
            target.put(member)
            vars(archive)["members"] = []  # it would remember them all
            if time.monotonic() - told > TELL_S:
                told = time.monotonic()
                tell(through(), whole)
        target.finish()
    return target.left_out


class Target:
    """The folder that is filled."""

    def __init__(self, archive: tarfile.TarFile, path: str, most_bytes: int, spare_bytes: int) -> None:
        self.archive, self.root = archive, os.open(path, FOLLOW_NONE)
        self.most_bytes, self.spare_bytes, self.written, self.left_out = most_bytes, spare_bytes, 0, 0
        self.at = self.root
        self.at_parts: tuple[str, ...] = ()
        self.folders: list[tuple[tuple[str, ...], tarfile.TarInfo]] = []

    def put(self, member: tarfile.TarInfo) -> None:
        parts = parts_of(member.name)
        if member.ischr() or member.isblk() or member.isfifo():
            self.left_out += 1
            return
        if not parts:
            self.folders.append(((), member))
            return
        parent, name = self.parent(parts), parts[-1]
        if member.isdir():
            self.make_folder(parent, name)
            self.folders.append((parts, member))
        elif member.issym():
            self.replace(parent, name)
            os.symlink(member.linkname, name, dir_fd=parent)
            os.chown(name, member.uid, member.gid, dir_fd=parent, follow_symlinks=False)
            os.utime(name, (member.mtime, member.mtime), dir_fd=parent, follow_symlinks=False)
        elif member.islnk():
            self.link(parent, name, parts_of(member.linkname))
        elif member.isreg():
            self.write(parent, name, member)
        else:
            raise Refused(f"{member.name[:200]!r} is of a kind that no file system has")

    def parent(self, parts: tuple[str, ...]) -> int:
        """The descriptor of the folder that this is in."""
        wanted = parts[:-1]
        if wanted != self.at_parts:
            if self.at != self.root:
                os.close(self.at)
            self.at, self.at_parts = self.root, ()
            self.at = self.walk(wanted)
            self.at_parts = wanted
        return self.at

    def walk(self, parts: tuple[str, ...]) -> int:
        at = os.dup(self.root) if parts else self.root
        for part in parts:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=at)
            try:
                deeper = os.open(part, FOLLOW_NONE, dir_fd=at)
            except OSError as error:
                raise Refused(f"{'/'.join(parts)[:200]!r} goes through what is no folder") from error
            finally:
                os.close(at)
            at = deeper
        return at

    def make_folder(self, parent: int, name: str) -> None:
        """Whatever is there already: it is opened as a folder when it is finished, or else refused."""
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent)

    def replace(self, parent: int, name: str) -> None:
        """An archive may hold a name twice: the later one counts, as everywhere. Never a folder."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=parent)

    def link(self, parent: int, name: str, target: tuple[str, ...]) -> None:
        if not target:
            raise Refused(f"{name[:200]!r} is a hard link to nothing")
        self.replace(parent, name)
        there = self.walk(target[:-1])
        try:
            os.link(target[-1], name, src_dir_fd=there, dst_dir_fd=parent, follow_symlinks=False)
        finally:
            if there != self.root:
                os.close(there)

    def write(self, parent: int, name: str, member: tarfile.TarInfo) -> None:
        self.replace(parent, name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(name, flags, 0o600, dir_fd=parent), "wb") as file:
            content = self.archive.extractfile(member)
            while piece := content.read(PIECE) if content else b"":
                self.take_room(len(piece), file.fileno())
                file.write(piece)
            file.flush()
            dress(file.fileno(), member)

    def take_room(self, size: int, file: int) -> None:
        self.written += size
        if self.most_bytes and self.written > self.most_bytes:
            raise Refused(f"it is larger than the volume, which has {self.most_bytes >> 20} MiB")
        disk = os.fstatvfs(file)
        if disk.f_bavail * disk.f_frsize < self.spare_bytes + size:
            raise Refused("the disk is full")

    def finish(self) -> None:
        """Folders get their rights and times last: both change while they are filled."""
        for parts, member in reversed(self.folders):
            self.finish_folder(parts, member)

    def finish_folder(self, parts: tuple[str, ...], member: tarfile.TarInfo) -> None:
        folder = self.walk(parts)
        dress(folder, member)
        if folder != self.root:
            os.close(folder)


def parts_of(name: str) -> tuple[str, ...]:
    """A name's parts. Raises Refused for what leads out of the folder."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in parts:
        raise Refused(f"the name {name[:200]!r} leads out of the folder")
    return parts


def dress(file: int, member: tarfile.TarInfo) -> None:
    """Owner first: a change of owner takes set-user-id away, and capabilities."""
    os.fchown(file, member.uid, member.gid)
    os.fchmod(file, stat.S_IMODE(member.mode))
    if CAPABILITY in member.pax_headers:
        with contextlib.suppress(OSError):  # not every file system keeps them
            os.setxattr(file, "security.capability", member.pax_headers[CAPABILITY].encode("utf-8", "surrogateescape"))
    os.utime(file, (member.mtime, member.mtime))
