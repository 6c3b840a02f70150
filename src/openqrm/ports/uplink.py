"""The machines' own connections to this installation, as a way to run commands on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Executed:
    """The end of a command; at most 1 MiB of each stream."""

    status: int
    out: bytes
    err: bytes


class Uplinks(Protocol):
    """All open uplinks."""

    def is_open(self, resource: str) -> bool:
        """Whether this resource's agent is connected to this very process."""
        ...

    def execute(self, resource: str, argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed:
        """Run it on the machine; `("reboot",)` and `("poweroff",)` are ended in order and return at once.

        Raises StepError `unavailable` when the uplink is closed, is lost meanwhile, or the time is up; Ending.
        """
        ...

    def end_commands(self) -> None:
        """Whoever waits for a command gets Ending, and so does whoever asks for one from now on."""
        ...
