"""What a reader of archives hands on: for each entry a head of one length, its names, then its bytes.

The reader has read what anybody may have made, and may be anybody's by then. So it judges what it hands on, and whoever
writes judges again what comes: by the same rules, below, as if nobody had looked before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from openqrm.plugin_api.host.noting import Refused

FOLDER, FILE, SYMLINK, HARD_LINK, END = b"d", b"f", b"l", b"h", b"."
HEAD = struct.Struct(">cHIIqQHHB")
LONGEST_NAME, LONGEST_PART, DEEPEST = 4095, 255, 200  # what removes a tree goes in as deep as it is
LONGEST_CAPABILITY = 64
NO_OWNER = 0xFFFFFFFF  # which leaves an owner as it was


class Ended(Refused):
    """The stream stops where more has to come."""


class Entry(NamedTuple):
    """Names are below the folder that is filled, without `.` and empty parts; no name is the folder itself."""

    kind: bytes
    name: bytes = b""
    mode: int = 0
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 0
    size: int = 0  # of a file; of END how many devices were left out
    link: bytes = b""
    capability: bytes = b""


def pack_entry(entry: Entry) -> bytes:
    """Raises Refused."""
    kind, name, mode, uid, gid, mtime_ns, size, link, capability = entry
    demand_sound(entry)
    try:
        head = HEAD.pack(kind, mode, uid, gid, mtime_ns, size, len(name), len(link), len(capability))
    except struct.error as error:
        raise Refused(f"{shown(name)} has a size or a time that no file system has") from error
    return head + name + link + capability


def read_entries(stream: IO[bytes]) -> Iterator[Entry]:
    """Up to END, which comes too; a file's bytes have to be taken before the next one. Raises Refused."""
    kind = b""
    while kind != END:
        kind, *numbers, name, link, capability = HEAD.unpack(take(stream, HEAD.size))
        names = (take(stream, size) for size in (name, link, capability))
        entry = Entry(kind, next(names), *numbers, *names)
        demand_sound(entry)
        yield entry


def take(stream: IO[bytes], size: int) -> bytes:
    piece = stream.read(size)
    if len(piece) != size:
        raise Ended("its reader ended in the middle")
    return piece


def demand_sound(entry: Entry) -> None:
    """Raises Refused for what no file system has, and for what would leave the folder."""
    kind, name, mode, uid, gid, _, size, link, capability = entry
    possible = (FOLDER, END) if not name else (FOLDER, FILE, SYMLINK, HARD_LINK)
    if kind not in possible:
        raise Refused(f"{shown(name)} is of a kind that no file system has")
    demand_inside(name)
    if not (0 <= mode <= 0o7777 and 0 <= uid < NO_OWNER and 0 <= gid < NO_OWNER):
        raise Refused(f"{shown(name)} has rights or an owner that no file system has")
    if (size and kind not in (FILE, END)) or (capability and kind != FILE) or len(capability) > LONGEST_CAPABILITY:
        raise Refused(f"{shown(name)} has what only files have")
    demand_link(kind, name, link)


def demand_inside(name: bytes) -> None:
    parts = parts_of(name)
    if b"" in parts or b"." in parts or b".." in parts:
        raise Refused(f"the name {shown(name)} leads out of the folder")
    if b"\0" in name or len(name) > LONGEST_NAME or len(parts) > DEEPEST or any(len(p) > LONGEST_PART for p in parts):
        raise Refused(f"the name {shown(name)} is none that a file system has")


def demand_link(kind: bytes, name: bytes, link: bytes) -> None:
    if bool(link) != (kind in (SYMLINK, HARD_LINK)) or b"\0" in link or len(link) > LONGEST_NAME:
        raise Refused(f"{shown(name)} is a link to nothing")
    if kind == HARD_LINK:
        demand_inside(link)


def parts_of(name: bytes) -> list[bytes]:
    return name.split(b"/") if name else []


def shown(name: bytes) -> str:
    """As an operator may read it."""
    return repr(name[:200].decode("utf-8", "backslashreplace"))
