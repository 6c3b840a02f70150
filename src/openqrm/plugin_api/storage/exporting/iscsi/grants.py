"""Who is served which disk, and the two services that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from openqrm.ports.world import Host


@dataclass(frozen=True)
class Grant:
    """Who may log in to which target, with what, and what is behind it. `secret` refers to the vault."""

    volume: str
    iqn: str
    path: str
    address: str
    user: str
    secret: str
    backend: str = "tgt"
    port: int = 3260
    initiator: str = ""


@dataclass(frozen=True)
class Served:
    """What a service makes of a grant: to whom its target is open, what the grant lacks, and what there is of it."""

    addresses: tuple[str, ...]
    lacks: str
    rest: str


class Backend(Protocol):
    """A program that serves iSCSI."""

    def look(self, host: Host, grant: Grant, password: str | None) -> Served:
        """As it is now, and as it would be after a restart. Without a password `lacks` is not told."""
        ...

    def allow(self, host: Host, grant: Grant, password: str) -> None:
        """The target is open to this machine, with this password. Whoever else it is open to, has been asked before."""
        ...

    def refuse(self, host: Host, grant: Grant) -> None:
        """There is no such target, nor a connection to it."""
        ...
