"""Read an archive of any packing and hand on what is in it. All of this is done by a process without rights."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Callable
from typing import IO, Any

from openqrm.plugin_api.host.folders.entries import END, FILE, FOLDER, HARD_LINK, SYMLINK, Entry, pack_entry
from openqrm.plugin_api.host.noting import Refused

PIECE = 1 << 20
CAPABILITY = "SCHILY.xattr.security.capability"
PACKINGS: dict[bytes, Callable[[Any], Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
DEVICES = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
LINKS = {tarfile.SYMTYPE: SYMLINK, tarfile.LNKTYPE: HARD_LINK}


def hand_on(source: int, target: int) -> None:
    """All that it holds, judged; devices are left out and counted. Raises Refused, and whatever a library does."""
    # a closed target would be the end to its writer, who would not hear why
    with io.FileIO(source, closefd=False) as packed, open(target, "wb", PIECE, closefd=False) as out:
        stream = Forward(unpacked(io.BufferedReader(packed, PIECE)))
        archive, left_out = tarfile.TarFile(fileobj=stream, encoding="utf-8"), 0
        while member := archive.next():
            vars(archive)["members"] = []  # it would remember them all
            if member.type in DEVICES:
                left_out += 1
                continue
            out.write(pack_entry(entry_of(member)))
            if member.isreg():
                copy(archive, member, stream, out)
        if stream.last.strip(b"\0"):
            raise Refused("it is broken in the middle")  # tarfile takes that for its end
        while stream.read(PIECE):
            pass  # what pads an archive; its packing has a sum at its end
        out.write(pack_entry(Entry(END, size=left_out)))


def unpacked(packed: io.BufferedReader) -> IO[bytes]:
    head = packed.peek(8)
    for magic, opened in PACKINGS.items():
        if head.startswith(magic):
            stream: IO[bytes] = opened(packed)
            return stream
    return packed


class Forward(io.RawIOBase):
    """A stream in which one can go on, but not back."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.at, self.last = stream, 0, b""

    def read(self, size: int = -1) -> bytes:
        self.last = self.stream.read(size)
        self.at += len(self.last)
        return self.last

    def tell(self) -> int:
        return self.at

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        if whence != os.SEEK_SET or place < self.at:
            raise Refused("its parts overlap")
        while self.at < place and self.read(min(PIECE, place - self.at)):
            pass
        return self.at


def entry_of(member: tarfile.TarInfo) -> Entry:
    name, mtime_ns = inner(member.name), int(member.mtime * 1e9)
    mode, uid, gid = member.mode & 0o7777, member.uid, member.gid
    if member.isdir():
        return Entry(FOLDER, name, mode, uid, gid, mtime_ns)
    if member.isreg():
        capability = raw(member.pax_headers.get(CAPABILITY, ""))
        return Entry(FILE, name, mode, uid, gid, mtime_ns, member.size, capability=capability)
    link = raw(member.linkname) if member.issym() else inner(member.linkname)
    return Entry(LINKS.get(member.type, member.type), name, mode, uid, gid, mtime_ns, link=link)


def inner(name: str) -> bytes:
    """As it is below the folder. Raises Refused for what is not."""
    if name.startswith("/"):
        raise Refused(f"the name {name[:200]!r} leads out of the folder")
    return b"/".join(part for part in raw(name).split(b"/") if part not in (b"", b"."))


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def copy(archive: tarfile.TarFile, member: tarfile.TarInfo, stream: Forward, out: IO[bytes]) -> None:
    """As many bytes as it was said to have. Raises Refused."""
    content = archive.extractfile(member) if member.issparse() else stream
    left = member.size
    while left:
        piece = content.read(min(PIECE, left)) if content else b""
        if not piece:
            raise Refused("it is cut off")
        out.write(piece)
        left -= len(piece)
