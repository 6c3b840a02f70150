"""The machine that openQRM itself runs on."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from openqrm.domain.errors import Category, Ending, StepError
from openqrm.ports.world import LONGEST_STREAM, Completed

LARGEST_FILE = 8 * 1024 * 1024
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}


class LocalHost:
    """ports.world.Host on this machine: nothing of our own environment is handed on."""

    def __init__(self) -> None:
        self._ending = threading.Event()

    def end_commands(self) -> None:
        """Kill what runs, and begin nothing more: whoever waits gets Ending."""
        self._ending.set()

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: bytes = b"",
        timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        """See ports.world.Host."""
        if self._ending.is_set():
            raise Ending
        with tempfile.TemporaryFile() as given:  # a file, so that a command which does not read it blocks nobody
            given.write(stdin)
            given.seek(0)
            try:
                process = subprocess.Popen(
                    argv,
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env={**ENVIRONMENT, **(environment or {})},
                    cwd="/",
                    start_new_session=True,
                )
            except (FileNotFoundError, PermissionError) as error:
                return Completed(127, "", f"{argv[0]}: {error.strerror}")
        with process:
            out, err = _collect(process, argv[0], timeout_s, self._ending)
            status = process.returncode if process.returncode >= 0 else 128 - process.returncode  # as a shell counts
            return Completed(status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def read_file(self, path: str) -> bytes | None:
        """See ports.world.Host."""
        try:
            with open(path, "rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(path, error) from error
        if len(content) > LARGEST_FILE:
            raise StepError(Category.UNSUPPORTED, f"{path} is too large", "At most 8 MiB are read.")
        return content

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        """See ports.world.Host."""
        target = Path(path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, scratch = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fchmod(descriptor, mode)
                    os.fsync(descriptor)
                os.replace(scratch, target)
            except OSError:
                os.unlink(scratch)
                raise
            _sync_folder(target.parent)
        except OSError as error:
            raise _failed(path, error) from error

    def remove_file(self, path: str) -> None:
        """See ports.world.Host."""
        try:
            Path(path).unlink(missing_ok=True)
        except OSError as error:
            raise _failed(path, error) from error


def _collect(
    process: subprocess.Popen[bytes], name: str, timeout_s: float, ending: threading.Event
) -> tuple[bytes, bytes]:
    """The beginnings of both streams, to their ends; the rest is read and thrown away, or the command would hang."""
    assert process.stdout is not None and process.stderr is not None
    streams = {process.stdout: bytearray(), process.stderr: bytearray()}
    deadline = time.monotonic() + timeout_s
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, min(deadline - time.monotonic(), 0.5)))
            for key, _ in ready:
                stream = process.stdout if key.fileobj is process.stdout else process.stderr
                chunk = os.read(stream.fileno(), 65536)
                streams[stream] += chunk[: LONGEST_STREAM - len(streams[stream])]
                if not chunk:
                    selector.unregister(stream)
            if not ready and process.poll() is not None:
                break  # what holds them open still is a daemon that it left behind
            if ending.is_set():
                _kill(process)
                raise Ending
            if time.monotonic() >= deadline:
                raise _late(process, name, timeout_s)
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise _late(process, name, timeout_s) from None
    return bytes(streams[process.stdout]), bytes(streams[process.stderr])


def _late(process: subprocess.Popen[bytes], name: str, timeout_s: float) -> StepError:
    _kill(process)
    message = f"{name} did not end within {timeout_s:.0f} s and was killed"
    return StepError(Category.UNAVAILABLE, message, "Run it by hand to see what it waits for.")


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _failed(path: str, error: OSError) -> StepError:
    return StepError(Category.UNAVAILABLE, f"{path}: {error.strerror}", "Look at the file and its folder.")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
