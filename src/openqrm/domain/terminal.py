"""Terminals: leave to open one, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from openqrm.domain.record import Record

LineKind = Literal["ssh", "serial", "screen"]
LINES: tuple[LineKind, ...] = get_args(LineKind)
SCREEN = "screen"


@dataclass(frozen=True, kw_only=True)
class Terminal(Record):
    """Good for one user, one place and a short time; gone once it has been used. Only the ticket's SHA-256 is kept."""

    kind: ClassVar[str] = "terminal"
    user: str = ""
    resource: str = ""  # that it is of
    line: str = "ssh"
    host: str = ""  # that leads to it
    argv: tuple[str, ...] = ()  # what runs there; empty: a login shell. Of a screen it prints the address
    address: str = ""  # of a screen, as the host sees it; empty: argv prints it
    digest: str = ""
    expires_at_s: float = 0.0
