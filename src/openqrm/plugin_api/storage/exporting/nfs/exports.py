"""What is exported to whom, and the two services that do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from openqrm.ports.world import Host

_HEAD = "# openqrm: "
_MODES = {"rw": True, "ro": False}


@dataclass(frozen=True)
class Export:
    """A folder and where its export is written down. `number` tells exports apart for ganesha."""

    backend: str
    folder: str  # of the export files
    volume: str
    path: str
    number: int


@dataclass(frozen=True, order=True)
class Client:
    """A machine that may mount it."""

    address: str
    writes: bool


Clients = frozenset[Client]


class Backend(Protocol):
    """A program that serves NFS."""

    def file(self, export: Export) -> str:
        """Where this export is written down."""
        ...

    def render(self, export: Export, clients: Clients) -> str:
        """The text of that file. Its first line is `render_head`."""
        ...

    def list_live(self, host: Host, export: Export) -> Clients:
        """Who may mount it this moment."""
        ...

    def apply(self, host: Host, export: Export, clients: Clients) -> None:
        """Make the service act by the file, which has been written, or removed when there are no clients."""
        ...

    def forget(self, host: Host, address: str) -> None:
        """What this machine had open counts no more, if it may mount nothing here any more."""
        ...


def render_head(clients: Iterable[Client]) -> str:
    """The comment by which we know our own files again."""
    return _HEAD + " ".join(f"{'rw' if c.writes else 'ro'}={c.address}" for c in sorted(clients)) + "\n"


def parse_head(text: str) -> Clients:
    """The clients of a file that begins with `render_head`; of any other file none."""
    first = text.partition("\n")[0]
    if not first.startswith(_HEAD):
        return frozenset()
    pairs = (word.partition("=") for word in first.removeprefix(_HEAD).split())
    return frozenset(Client(address, _MODES[mode]) for mode, _, address in pairs if mode in _MODES and address)
