"""A host at the end of a wire that carries commands only: files go as commands too."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Protocol

from openqrm.domain.errors import Category, StepError
from openqrm.ports.uplink import Executed
from openqrm.ports.world import Completed

LARGEST_FILE = 8 * 1024 * 1024
PART_BYTES = 1024 * 1024
FILE_TIMEOUT_S = 60
TIME_UP = 124
# The environment comes first on standard input, so that it stands in no argv; dash and busybox read it byte by byte and
# leave the rest to the command.
_EXPORT = 'while IFS= read -r line && [ -n "$line" ]; do export "${line?}"; done; exec "$@"'
WITH_ENVIRONMENT = ("sh", "-c", _EXPORT, "sh")


class Wire(Protocol):
    """Runs a command on the machine. Raises StepError `unavailable`."""

    def __call__(self, argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed: ...


class RemoteHost:
    """ports.world.Host over a wire."""

    def __init__(self, name: str, wire: Wire) -> None:
        self._name, self._wire = name, wire

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: bytes = b"",
        timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        """See ports.world.Host."""
        if environment:
            stdin = render_environment(environment) + stdin
            argv = (*WITH_ENVIRONMENT, *argv)
        done = self._wire(argv, stdin, timeout_s)
        if done.status == TIME_UP:
            raise StepError(
                Category.UNAVAILABLE,
                f"{argv[0]} on {self._name} did not end within {timeout_s:.0f} s",
                "Look what the machine is busy with; the command was ended.",
            )
        return Completed(done.status, done.out.decode("utf-8", "replace"), done.err.decode("utf-8", "replace"))

    def read_file(self, path: str) -> bytes | None:
        """See ports.world.Host."""
        content = b""
        while True:
            part = len(content) // PART_BYTES
            done = self._wire(("dd", f"if={path}", f"bs={PART_BYTES}", f"skip={part}", "count=1"), b"", FILE_TIMEOUT_S)
            if done.status != 0:
                if part == 0 and self._wire(("test", "-e", path), b"", FILE_TIMEOUT_S).status != 0:
                    return None
                raise self._failed(f"{path} cannot be read", done)
            content += done.out
            if len(content) > LARGEST_FILE:
                raise StepError(Category.UNSUPPORTED, f"{path} on {self._name} is too large", "At most 8 MiB are read.")
            if len(done.out) < PART_BYTES:
                return content

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        """See ports.world.Host."""
        folder = posixpath.dirname(path) or "."
        self._do(("mkdir", "-p", folder))
        # readable for root alone until it is whole; the busybox of the initrd has no install
        scratch = self._do(("mktemp", f"{path}.XXXXXX")).decode().strip()
        try:
            for part in range(0, max(1, len(content)), PART_BYTES):
                into = ("dd", f"of={scratch}", f"bs={PART_BYTES}", f"seek={part // PART_BYTES}", "conv=notrunc,fsync")
                self._do(into, content[part : part + PART_BYTES])
            self._do(("chmod", f"{mode:o}", scratch))
            self._do(("mv", "-f", scratch, path))
        except StepError:
            self._wire(("rm", "-f", scratch), b"", FILE_TIMEOUT_S)
            raise
        self._do(("sync", folder))

    def remove_file(self, path: str) -> None:
        """See ports.world.Host."""
        self._do(("rm", "-f", path))

    def _do(self, argv: tuple[str, ...], stdin: bytes = b"") -> bytes:
        done = self._wire(argv, stdin, FILE_TIMEOUT_S)
        if done.status != 0:
            raise self._failed(f"{argv[0]} failed", done)
        return done.out

    def _failed(self, what: str, done: Executed) -> StepError:
        said = done.err.decode("utf-8", "replace").strip().rpartition("\n")[2][:300]
        return StepError(
            Category.UNAVAILABLE, f"{what} on {self._name}: {said or f'status {done.status}'}", "Look at the machine."
        )


def render_environment(environment: Mapping[str, str]) -> bytes:
    """What a command run WITH_ENVIRONMENT reads first."""
    lines = [f"{key}={value}" for key, value in environment.items()]
    if any("\n" in line or "\0" in line for line in lines):
        raise StepError(Category.UNSUPPORTED, "a variable holds a line break", "Give it by standard input instead.")
    return "".join(f"{line}\n" for line in [*lines, ""]).encode()
