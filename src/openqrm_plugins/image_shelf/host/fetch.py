"""Fetch from a shelf. Python 3.9 or later is all it needs.

    python3 -I -c PROGRAM catalogue               {"source", "user", "password", "most_bytes"}
    python3 -I -c PROGRAM start|look|halt|drop    {"source", "user", "password", "file", "folder", "name", "size_bytes",
                                                   "sha256", "patience_s"}

The settings come as JSON on its standard input. `catalogue` prints the catalogue and its signature. `start` leaves a
worker behind that fetches the file into the folder, goes on where it stopped when the connection breaks, and gives the
file its name once it has the right SHA-256; `look` tells how far it is; `halt` ends the worker, and `drop` removes the
folder, too.

Who answers may be anybody: the file is read to its known size and no further, no redirect leads to another scheme, and
none takes the password along.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import ftplib
import hashlib
import http.client
import json
import os
import shutil
import signal
import ssl
import stat
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import IO, Any
from urllib.parse import urlsplit

CATALOGUE, SIGNATURE, SIGNATURE_BYTES = "catalogue.json", "catalogue.json.sig", 64
PIECE = 1 << 18
SPARE_BYTES = 64 << 20
SILENCE_S = 30.0
MOST_S = 6 * 3600.0
LONGEST_PAUSE_S = 10.0
BREAKS = (OSError, EOFError, http.client.HTTPException, ftplib.Error)


class Refused(Exception):
    """Why it is not done, for the operator."""


class Missing(Refused):
    """There is no such file."""


class SameScheme(urllib.request.HTTPRedirectHandler):
    """A redirect may lead to another address, not to another protocol."""

    max_redirections = 5

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme != req.type:
            raise Refused(f"{req.host} redirects from {req.type} to {urlsplit(newurl).scheme[:10]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@contextlib.contextmanager
def opened(given: dict[str, Any], file: str, offset: int = 0) -> Iterator[tuple[IO[bytes], int]]:
    """The file as a stream, and at which byte it begins: 0 where the other side cannot begin in the middle."""
    source = given["source"]
    scheme = urlsplit(source).scheme
    if scheme in ("http", "https"):
        with by_http(f"{source.rstrip('/')}/{file}", offset, given) as answer:
            yield answer, offset if answer.status == 206 else 0
    elif scheme == "ftp":
        with by_ftp(source, file, offset, given) as stream:
            yield stream, offset
    else:
        with from_folder(source, file) as stream:
            stream.seek(offset)
            yield stream, offset


def by_http(url: str, offset: int, login: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, headers={"Range": f"bytes={offset}-"} if offset else {})
    if login["user"]:
        told = base64.b64encode(f"{login['user']}:{login['password']}".encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {told}")
    try:
        return urllib.request.build_opener(SameScheme).open(request, timeout=SILENCE_S)
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            raise Missing(f"{url} is not there") from error
        if error.code == 416:
            raise Refused(f"{url} is shorter than the catalogue says") from error
        if error.code < 500:
            raise Refused(f"{url}: HTTP {error.code}") from error
        raise
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise Refused(f"{url}: {error.reason.verify_message}") from error
        raise


@contextlib.contextmanager
def by_ftp(source: str, file: str, offset: int, login: dict[str, Any]) -> Iterator[IO[bytes]]:
    at = urlsplit(source)
    with contextlib.closing(ftplib.FTP(timeout=SILENCE_S)) as ftp:  # as a context it would wait for more answers
        ftp.connect(at.hostname or "", at.port or 21)
        try:
            ftp.login(login["user"], login["password"])
        except ftplib.error_perm as error:
            raise Refused(f"{at.hostname}: {str(error)[:100]}") from error
        ftp.voidcmd("TYPE I")
        try:
            data = ftp.transfercmd(f"RETR {at.path.rstrip('/')}/{file}", rest=offset or None)
        except ftplib.error_perm as error:
            raise Missing(f"{file}: {str(error)[:100]}") from error
        with data, data.makefile("rb") as stream:
            yield stream


@contextlib.contextmanager
def from_folder(folder: str, file: str) -> Iterator[IO[bytes]]:
    """No link is followed: a shelf lends what lies on it, and nothing else."""
    try:
        inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror}; a folder has to be on this machine too") from error
    try:
        found = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
    except FileNotFoundError as error:
        raise Missing(f"{file} is not there") from error
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from error
    finally:
        os.close(inside)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise Refused(f"{file} is no file")
    with open(found, "rb") as stream:
        yield stream


def catalogue(given: dict[str, Any]) -> dict[str, str]:
    """Both, as base64; the signature is empty when there is none."""
    text = short(given, CATALOGUE, given["most_bytes"])
    try:
        signature = short(given, SIGNATURE, SIGNATURE_BYTES)
    except Missing:
        signature = b""
    return {"catalogue": base64.b64encode(text).decode(), "signature": base64.b64encode(signature).decode()}


def short(given: dict[str, Any], file: str, most_bytes: int) -> bytes:
    until, text = time.monotonic() + SILENCE_S, b""
    with opened(given, file) as (stream, _):
        while len(text) <= most_bytes and (piece := read_some(stream, most_bytes + 1 - len(text))):
            text += piece
            if time.monotonic() > until:
                raise Refused(f"{file} comes too slowly")
    if len(text) > most_bytes:
        raise Refused(f"{file} is longer than {most_bytes} bytes")
    return text


def read_some(stream: Any, most: int) -> bytes:
    """What is there now: one who sends a byte a minute does not keep us from looking at the clock."""
    one_read = getattr(stream, "read1", None) or stream.read
    piece: bytes = one_read(min(most, PIECE))
    return piece


class Spool:
    """The folder of one file: `part` is what came so far, locked by the worker for as long as it lives."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.folder = given, given["folder"]
        self.part, self.whole = self.path("part"), self.path(given["name"])

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def make(self) -> None:
        """Ours alone: nobody must have made it before us, or what is checked might not be what is unpacked."""
        os.makedirs(os.path.dirname(self.folder), mode=0o755, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(self.folder, 0o700)
        found = os.lstat(self.folder)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise Refused(f"{self.folder} is somebody else's")

    def open(self) -> int:
        return os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def note(self, name: str, text: str) -> None:
        with open(self.path("note"), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.path("note"), self.path(name))

    def noted(self, name: str) -> str:
        with contextlib.suppress(FileNotFoundError), open(self.path(name), encoding="utf-8") as file:
            return file.read(1000)
        return ""


def is_ours(file: int) -> bool:
    """Whether the lock is ours now."""
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def look(given: dict[str, Any]) -> dict[str, Any]:
    spool = Spool(given)
    if os.path.exists(spool.whole):
        return {"state": "fetched"}
    if because := spool.noted("failed"):
        return {"state": "failed", "because": because}
    try:
        file = os.open(spool.part, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return {"state": "nothing"}
    state = "broken off" if is_ours(file) else "working"
    if os.path.exists(spool.whole):
        state = "fetched"  # meanwhile
    return {"state": state, "so_far_bytes": os.fstat(file).st_size}


def start(given: dict[str, Any]) -> None:
    spool = Spool(given)
    spool.make()
    if os.path.exists(spool.whole) or spool.noted("failed"):
        return
    file = spool.open()
    if not is_ours(file):
        return  # it is at work
    spool.note("pid", "")
    if os.fork():
        return
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    spool.note("pid", str(os.getpid()))
    try:
        fetch(spool, file)
    except Exception as error:  # noqa: BLE001 # whatever the other side does to us: the note has to tell
        spool.note("failed", (str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}")[:300])
        with contextlib.suppress(OSError):
            os.unlink(spool.part)
    os._exit(0)


def fetch(spool: Spool, file: int) -> None:
    given, until = spool.given, time.monotonic() + MOST_S
    patient_until, pause_s = time.monotonic() + given["patience_s"], 0.25
    while (before := os.fstat(file).st_size) < given["size_bytes"]:
        why = "it ended too early"
        try:
            pull(given, file, before, until)
        except BREAKS as error:
            why = f"{type(error).__name__}: {error}"
        if os.fstat(file).st_size > before:
            patient_until, pause_s = time.monotonic() + given["patience_s"], 0.25
        elif time.monotonic() > patient_until:
            raise Refused(f"{given['file']} does not come: {why}")
        else:
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
    check_digest(file, given["sha256"])
    os.fsync(file)
    os.rename(spool.part, spool.whole)


def pull(given: dict[str, Any], file: int, offset: int, until: float) -> None:
    """Add what comes to the file. Raises Refused for more than there may be."""
    with opened(given, given["file"], offset) as (stream, at):
        os.ftruncate(file, at)
        os.lseek(file, at, os.SEEK_SET)
        while piece := read_some(stream, given["size_bytes"] + 1 - at):
            at += len(piece)
            if at > given["size_bytes"]:
                raise Refused(f"it is longer than the {given['size_bytes']} bytes of the catalogue")
            disk = os.fstatvfs(file)
            if disk.f_bavail * disk.f_frsize < SPARE_BYTES + len(piece):
                raise Refused(f"the disk of {given['folder']} is full")
            os.write(file, piece)
            if time.monotonic() > until:
                raise Refused("it has taken too long")


def check_digest(file: int, wanted: str) -> None:
    digest = hashlib.sha256()
    os.lseek(file, 0, os.SEEK_SET)
    while piece := os.read(file, PIECE):
        digest.update(piece)
    if digest.hexdigest() != wanted:
        raise Refused(f"it has the SHA-256 {digest.hexdigest()}, not the catalogue's")


def halt(given: dict[str, Any]) -> None:
    """The worker is ended; what has come so far stays."""
    spool = Spool(given)
    until = time.monotonic() + 30
    if os.path.exists(spool.part):
        file = spool.open()
        while not is_ours(file):
            if time.monotonic() > until:
                raise Refused("the worker does not end")
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(spool.noted("pid")), signal.SIGKILL)
            time.sleep(0.1)
        spool.note("pid", "")  # another process may have that number next


def drop(given: dict[str, Any]) -> None:
    halt(given)
    spool = Spool(given)
    if os.path.isdir(spool.folder):
        shutil.rmtree(spool.folder)


def main() -> None:
    verb, given = sys.argv[1], json.load(sys.stdin)
    verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
        "catalogue": catalogue, "start": start, "look": look, "halt": halt, "drop": drop,
    }  # fmt: skip
    try:
        said = verbs[verb](given)
    except (Refused, ValueError, *BREAKS) as error:
        sys.exit(str(error) or type(error).__name__)
    if said is not None:
        print(json.dumps(said))  # noqa: T201 # this is its answer


main()
