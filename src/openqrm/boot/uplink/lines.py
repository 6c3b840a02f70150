"""The lines of the uplink. Pure; all that comes up is untrusted."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.resource import MILESTONES
from openqrm.ports.world import LONGEST_STREAM

LONGEST_LINE = 3 * 1024 * 1024
LONGEST_REPORT = 16 * 1024  # what is no answer to a command
LONGEST_TEXT = 2000
_ID = re.compile(rb"[A-Za-z0-9-]{1,64}", re.ASCII)
_REPORTED = {name.encode(): name for name in (*MILESTONES, "failed")}
_UNPRINTABLE = re.compile(r"[^ -~\u00a0-\uffff]")
Number = Annotated[float, Meta(ge=0, le=1e15)]


class Statistics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an agent sends every 10 seconds; while a root is filled or copied, how far that is."""

    uptime_s: Number
    load_1: Number
    cpu_percent: Number
    memory_used_mib: Number
    memory_total_mib: Number
    swap_used_mib: Number
    swap_total_mib: Number
    hostname: Annotated[str, Meta(max_length=253)]
    nics: Number
    init: bool
    copied_bytes: Number = 0
    copied_percent: Number = 0


@dataclass(frozen=True)
class Milestone:
    """A fact of this boot; the text says what was seen."""

    name: str
    text: str


@dataclass(frozen=True)
class Done:
    """The end of a command."""

    id: str
    status: int
    out: bytes
    err: bytes


@dataclass(frozen=True)
class ProfileWanted:
    """The machine asks for its secrets."""


Line = Milestone | Statistics | Done | ProfileWanted
_STATISTICS = msgspec.json.Decoder(Statistics)


def parse_line(line: bytes) -> Line:
    """Raises PlanningError `bad_input` for what is not of the protocol."""
    try:
        match line.split(b" ", 1):
            case [b"stats", rest]:
                return _STATISTICS.decode(rest)
            case [b"milestone", rest]:
                name, text = rest.split(b" ")
                said = _unpack(text, 4 * LONGEST_TEXT).decode("utf-8", "replace")
                return Milestone(_REPORTED[name], _UNPRINTABLE.sub(" ", said)[:LONGEST_TEXT])
            case [b"done", rest]:
                return _parse_done(*rest.split(b" "))
            case [b"profile"]:
                return ProfileWanted()
    except (ValueError, KeyError, TypeError, msgspec.DecodeError) as error:
        raise PlanningError(Category.BAD_INPUT, f"{line[:80]!r} is no line of the uplink: {error}", "") from None
    raise PlanningError(Category.BAD_INPUT, f"{line[:80]!r} is no line of the uplink", "")


def render_run(id_: str, timeout_s: float, argv: tuple[str, ...], stdin: bytes) -> bytes:
    """Raises StepError when it is longer than a line may be, or a word holds a NUL."""
    if any("\0" in word for word in argv):
        raise StepError(Category.BAD_INPUT, "a command has a NUL in it", "")
    words = "".join(f"{word}\0" for word in argv).encode()
    line = b"run %s %d %s %s\n" % (id_.encode(), max(1, int(timeout_s)), _pack(words), _pack(stdin))
    if len(line) > LONGEST_LINE:
        raise StepError(Category.BAD_INPUT, f"{len(line)} bytes are too many for one command", "Send it in parts.")
    return line


def render_profile(facts: str) -> bytes:
    """The secrets of a boot."""
    return b"profile %s\n" % _pack(facts.encode())


def _parse_done(id_: bytes, status: bytes, out: bytes, err: bytes) -> Done:
    if not _ID.fullmatch(id_) or not 0 <= int(status) <= 255:
        raise ValueError("no such id or status")
    return Done(id_.decode(), int(status), _unpack(out, LONGEST_STREAM), _unpack(err, LONGEST_STREAM))


def _pack(data: bytes) -> bytes:
    return base64.b64encode(data) or b"-"


def _unpack(text: bytes, most: int) -> bytes:
    if text == b"-":
        return b""
    try:
        return base64.b64decode(text, validate=True)[:most]
    except binascii.Error as error:
        raise ValueError(str(error)) from None
