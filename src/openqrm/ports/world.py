"""All that an action may touch. Simulators, the crash tests and rehearsals stand behind the same doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from openqrm.ports.records import Records

LONGEST_STREAM = 1024 * 1024


@dataclass(frozen=True)
class Completed:
    """The end of a command: exit status and what it printed (the first LONGEST_STREAM bytes each)."""

    status: int
    out: str = ""
    err: str = ""


class Host(Protocol):
    """A managed machine to run commands on: the one openQRM runs on, one by SSH, or one by its agent's uplink.

    All raise StepError `unavailable` when the host does not answer or the time is up.
    """

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: bytes = b"",
        timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run it without a shell. Secrets go by `stdin` or `environment`, never by argv."""
        ...

    def read_file(self, path: str) -> bytes | None:
        """The content, None when there is no such file; at most 8 MiB."""
        ...

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        """Replace it atomically, making its folder; durable when this returns."""
        ...

    def remove_file(self, path: str) -> None:
        """Remove it; nothing happens when it is gone already."""
        ...


@dataclass(frozen=True)
class LineTool:
    """A tool that takes a line of commands as its last word; without that, line after line from standard input.

    `say` and `say_err` are commands of it, which print what follows them and leave out the quotes around a part of it.
    """

    argv: tuple[str, ...]
    say: str
    say_err: str
    environment: tuple[tuple[str, str], ...] = ()


@runtime_checkable
class KeepsTools(Protocol):
    """A host where a tool may stay for the next line: its start, and its way to a daemon, cost more than most lines."""

    def talk(self, tool: LineTool, line: str, *, timeout_s: float = 120) -> Completed:
        """What it says to this line, to nothing else, and to no other's. Status 0, unless the tool ended by it.

        A tool whose answer did not come, or not in time, is ended. Raises StepError `unavailable`.
        """
        ...


@dataclass(frozen=True)
class HttpRequest:
    """A request to a management API. `secret` refers to the password of `user` in the vault."""

    method: str
    url: str
    body: Any = None
    user: str = ""
    secret: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    verify_tls: bool = True
    timeout_s: float = 30


@dataclass(frozen=True)
class HttpAnswer:
    """Its answer; `body` is parsed JSON, or None. At most 8 MiB are read."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Vault(Protocol):
    """Secrets at rest, encrypted. A reference may stand in plans and records; the secret may not."""

    def keep(self, reference: str, secret: str) -> None:
        """Store it under this reference, in place of what was there."""
        ...

    def holds(self, reference: str) -> bool: ...

    def reveal(self, reference: str) -> str:
        """Raises StepError `not_found`."""
        ...

    def forget(self, reference: str) -> None:
        """Nothing happens when it is gone already."""
        ...


class World(Protocol):
    """The doors to everything outside a plan."""

    @property
    def records(self) -> Records: ...

    def host(self, resource: str) -> Host:
        """The host of this resource. Raises StepError `unavailable` when there is no way to it."""
        ...

    def http(self, request: HttpRequest) -> HttpAnswer:
        """Ask. Raises StepError `unavailable` when nobody answers; any HTTP status is an answer."""
        ...

    @property
    def vault(self) -> Vault: ...

    def now_s(self) -> float:
        """Seconds since the epoch."""
        ...
