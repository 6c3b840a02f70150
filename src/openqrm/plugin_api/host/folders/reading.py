"""Read a folder, or an archive of any packing, as one stream of tar, and tell how far that is."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from typing import IO

from openqrm.plugin_api.host.noting import Refused

PIECE = 1 << 20


@contextlib.contextmanager
def plain(path: str) -> Iterator[IO[bytes]]:
    """Raises Refused for what might never come to an end, or not even begin: a pipe, a device."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Refused(f"{path} is no plain file")
        yield file


def check_digest(path: str, wanted: str, tell: Callable[[int, int], None]) -> None:
    """Raises Refused when it has another one."""
    digest = hashlib.sha256()
    with plain(path) as file:
        whole = os.fstat(file.fileno()).st_size
        while piece := file.read(PIECE):
            digest.update(piece)
            tell(file.tell(), whole)
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
    with plain(source) as file:
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
