"""Terminals on machines: bytes both ways until one side ends."""

from __future__ import annotations

from typing import Protocol


class OpenTerminal(Protocol):
    """One that is open. Its methods belong to the event loop it was opened in."""

    async def read(self) -> bytes:
        """What it shows next; empty at its end."""
        ...

    async def write(self, typed: bytes) -> None:
        """What was typed."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """The window has this size now."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class Terminals(Protocol):
    """The way to them."""

    async def open(self, host: str, argv: tuple[str, ...], columns: int, rows: int) -> OpenTerminal:
        """A terminal on this resource. Raises StepError `unavailable` or `refused`."""
        ...


class Screens(Protocol):
    """The way to what shows a machine's screen, by RFB (the protocol of VNC)."""

    async def open(self, host: str, argv: tuple[str, ...], address: str) -> OpenTerminal:
        """What listens there, as the resource sees it; no address: where the command says. The size is its own.

        Raises StepError `unavailable` or `refused`.
        """
        ...
