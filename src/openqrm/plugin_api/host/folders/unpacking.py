"""Unpack an archive, or copy a folder, into a folder: read by processes without rights, written by this one."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import select
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any, NoReturn

from openqrm.plugin_api.host.confining import Bounds, confine
from openqrm.plugin_api.host.folders.entries import END, Ended, read_entries
from openqrm.plugin_api.host.folders.placing import PIECE, Target
from openqrm.plugin_api.host.folders.reading import hand_on
from openqrm.plugin_api.host.noting import Refused

CPU_S, SILENT_S, MOST_S = 3600, 900.0, 7200.0
READER = Bounds(cpu_s=CPU_S)
TOOL = Bounds(cpu_s=CPU_S, files=1024, processes=512)  # whose libraries are files; nobody may have other processes
TELL_S = 1.0
WORDS_BYTES = 300
Tell = Callable[[int, int], None]


def unpack(source: str, digest: str, target: Target, tell: Tell) -> int:
    """How many devices were left out. Raises Refused."""
    told, left_out = 0.0, 0
    with opened(source, digest, tell) as (given, whole, through), entries_of(given) as stream:
        for entry in read_entries(stream):
            if entry.kind == END:
                left_out = entry.size
                break
            target.put(entry, stream)
            if time.monotonic() - told > TELL_S:
                told = time.monotonic()
                tell(through() if through else target.written, whole)
    target.finish()
    return left_out


@contextlib.contextmanager
def opened(source: str, digest: str, tell: Tell) -> Iterator[tuple[int, int, Callable[[], int] | None]]:
    """An archive, how many bytes it comes from, and what tells how many of those are through."""
    if os.path.isdir(source):
        keep = ("--one-file-system", "--xattrs", "--xattrs-include=security.capability", "--numeric-owner", "--sparse")
        with piped("du", "-sb", "--one-file-system", "--", source, reads_all=True) as told:
            whole = int(os.read(told, 100).split()[0])
        with piped("tar", "-C", source, *keep, "--format=posix", "-cf", "-", ".", reads_all=True) as archive:
            yield archive, whole, None
        return
    with plain(source) as file:
        whole, through = os.fstat(file.fileno()).st_size, partial(os.lseek, file.fileno(), 0, os.SEEK_CUR)
        if digest:
            check_digest(file, source, digest, lambda: tell(through(), whole))
        if source.endswith(".zst"):
            with piped("zstd", "-dcq", given=file) as archive:
                yield archive, whole, through
        else:
            yield file.fileno(), whole, through


@contextlib.contextmanager
def plain(path: str) -> Iterator[IO[bytes]]:
    """Raises Refused for what might never come to an end, or not even begin: a pipe, a device."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Refused(f"{path} is no plain file")
        yield file


def check_digest(file: IO[bytes], name: str, wanted: str, told: Callable[[], None]) -> None:
    """Raises Refused when it has another one; otherwise it stands at its beginning again."""
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
        told()
    if digest.hexdigest() != wanted.lower():
        raise Refused(f"{name} has the SHA-256 {digest.hexdigest()}, not the one that was given")
    file.seek(0)


@contextlib.contextmanager
def piped(*argv: str, given: IO[bytes] | int = subprocess.DEVNULL, reads_all: bool = False) -> Iterator[int]:
    """What a tool without rights says. Raises Refused when it fails."""
    bound = partial(confine, TOOL, reads_all=reads_all)
    out, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(argv, stdin=given, stdout=out, stderr=nothing, preexec_fn=bound) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.fileno()
            process.stdout.close()
            if process.wait(SILENT_S):
                raise Refused(f"{argv[0]} ended with {process.returncode}")
        finally:
            process.kill()


def read(archive: int, told: int, words: int) -> NoReturn:
    """What the reader does, from its first to its last moment."""
    why = ""
    try:
        confine(READER, (archive, told, words))
        hand_on(archive, told)
    except Refused as error:
        why = str(error)
    except BaseException as error:  # noqa: BLE001 # whatever an archive does to its reader: the writer has to know
        why = f"it cannot be read: {type(error).__name__}: {error}"
    os.write(words, why.encode("utf-8", "replace")[:WORDS_BYTES])
    os._exit(1 if why else 0)


@contextlib.contextmanager
def entries_of(archive: int, reader: Callable[[int, int, int], NoReturn] = read) -> Iterator[IO[bytes]]:
    """What a reader without rights hands on of it. Raises Refused, where it can with the reader's words."""
    (answer, told), (heard, words) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        reader(archive, told, words)
    for file in (told, words):
        os.close(file)
    stream, whole = io.BufferedReader(Patient(answer), PIECE), False
    try:
        yield stream
        if stream.read(1):
            raise Refused("its reader goes on after its end")
        whole = True
    except Ended:
        pass  # the reader knows why
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        why = os.read(heard, WORDS_BYTES).decode("utf-8", "replace")
        for file in (answer, heard):
            os.close(file)
    if status or not whole:
        how = f"was stopped by signal {status & 127}" if status & 127 else "ended in the middle"
        raise Refused("".join(filter(str.isprintable, why)) or f"its reader {how}")


class Patient(io.RawIOBase):
    """What comes through a pipe, as long as it comes."""

    def __init__(self, pipe: int) -> None:
        self.pipe, self.until = pipe, time.monotonic() + MOST_S

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        wait_s = min(SILENT_S, self.until - time.monotonic())
        if not select.select([self.pipe], [], [], max(0.0, wait_s))[0]:
            raise Refused(f"its reader said nothing for {SILENT_S:.0f} s, or needs more than {MOST_S:.0f} s")
        return os.readv(self.pipe, [room])
