"""Fill an empty folder from an archive or from another folder of the same host. Python 3.9 or later is all it needs.

Started with VERB and SETTINGS: start, look or clear; {"source", "target", "note", "trash", "sha256", "most_bytes"}.

`start` leaves a worker behind that writes how far it is into the note and holds a lock on it; `look` tells, as JSON;
`clear` ends the worker and empties the folder, into the trash when it had been filled whole.

An archive may come from anybody. So every name is walked part by part from the target's own descriptor, and no link is
followed on the way, whatever the archive has put there before; devices are left out, since root would lend them to
everybody who can reach the folder; and what is written has a bound.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from openqrm.plugin_api.host.noting import Note, Refused, leave_worker

MOST_ENTRIES = 5_000_000
PIECE = 1 << 20
SPARE_BYTES = 64 << 20  # a full disk would hurt its other volumes
TELL_S = 1.0
CAPABILITY = "SCHILY.xattr.security.capability"
FOLLOW_NONE = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def look(given: dict[str, Any]) -> dict[str, Any]:
    """What is so, and nothing is changed by it."""
    if not os.path.exists(given["note"]):
        return {"state": "empty" if not os.listdir(given["target"]) else "foreign"}
    return Note(given["note"]).seen()


def start(given: dict[str, Any]) -> None:
    note = Note(given["note"])
    if not note.lock():
        return  # it is at work
    before = note.read()
    if before.get("state") == "filled":
        return
    if before:
        empty(given["target"])  # ours, and not whole
    elif os.listdir(given["target"]):
        os.unlink(given["note"])
        raise Refused(f"{given['target']} is not empty")
    leave_worker(note, lambda tell: fill(given, tell))


def clear(given: dict[str, Any]) -> None:
    if not os.path.exists(given["note"]):
        return
    note = Note(given["note"])
    note.end_worker()
    if note.read().get("state") == "filled":
        os.makedirs(given["trash"], mode=0o700, exist_ok=True)
        for name in os.listdir(given["target"]):
            shutil.move(os.path.join(given["target"], name), os.path.join(given["trash"], name))
    else:
        empty(given["target"])
    os.unlink(given["note"])


def empty(folder: str) -> None:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def fill(given: dict[str, Any], tell: Callable[[int, int], None]) -> dict[str, Any]:
    """What came of it. Raises Refused."""
    if given["sha256"]:
        check_digest(given["source"], given["sha256"])
    with opened(given["source"]) as (stream, through, whole):
        archive = tarfile.open(fileobj=stream, mode="r|*")  # noqa: SIM115 # it is closed with its stream
        target = Target(archive, given["target"], given["most_bytes"])
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
    subprocess.run(["sync", "-f", given["target"]], check=False, stdin=subprocess.DEVNULL)
    return {"source": given["source"], "left_out": target.left_out}


def check_digest(path: str, wanted: str) -> None:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    if digest.hexdigest() != wanted.lower():
        raise Refused(f"{path} has the SHA-256 {digest.hexdigest()}, not the one that was given")


@contextlib.contextmanager
def opened(source: str) -> Iterator[tuple[Counted, Callable[[], int], int]]:
    """A stream of tar, what tells how many bytes of the source are through, and how many it has."""
    if os.path.isdir(source):
        said = subprocess.run(["du", "-sb", "--one-file-system", "--", source], stdout=subprocess.PIPE, check=True)
        whole = int(said.stdout.split()[0])
        keep = ("--one-file-system", "--xattrs", "--xattrs-include=security.capability", "--numeric-owner", "--sparse")
        with piped(["tar", "-C", source, *keep, "--format=posix", "-cf", "-", "."]) as stream:
            yield stream, lambda: stream.count, whole
        return
    with open(source, "rb") as file:
        whole = os.fstat(file.fileno()).st_size

        def through() -> int:  # the place in the file is zstd's too
            return os.lseek(file.fileno(), 0, os.SEEK_CUR)

        if source.endswith(".zst"):
            with piped(["zstd", "-dcq"], file) as stream:
                yield stream, through, whole
        else:
            yield Counted(file), through, whole


@contextlib.contextmanager
def piped(argv: list[str], given: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[Counted]:
    with subprocess.Popen(argv, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            yield Counted(process.stdout)
            while process.stdout.read(PIECE):
                pass  # what pads an archive
            if process.wait():
                raise Refused(f"{argv[0]} ended with {process.returncode}")
        finally:
            process.kill()


class Counted(io.RawIOBase):
    """A stream that knows how much was read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.count = stream, 0

    def read(self, size: int = -1) -> bytes:
        piece = self.stream.read(size)
        self.count += len(piece)
        return piece


class Target:
    """The folder that is filled."""

    def __init__(self, archive: tarfile.TarFile, path: str, most_bytes: int) -> None:
        self.archive, self.root = archive, os.open(path, FOLLOW_NONE)
        self.most_bytes, self.written, self.left_out = most_bytes, 0, 0
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
        try:
            os.mkdir(name, 0o700, dir_fd=parent)
        except FileExistsError:
            if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                raise Refused(f"{name[:200]!r} is a folder and is not one") from None

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
        if disk.f_bavail * disk.f_frsize < SPARE_BYTES + size:
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


def main() -> None:
    verb, given = sys.argv[1], json.loads(sys.argv[2])
    verbs: dict[str, Callable[[dict[str, Any]], Any]] = {"start": start, "look": look, "clear": clear}
    try:
        said = verbs[verb](given)
    except (Refused, OSError) as error:
        sys.exit(str(error))
    if said is not None:
        print(json.dumps(said))  # noqa: T201 # this is its answer


main()
