"""Services of a plugin: child processes that openQRM starts, watches and ends.

A plugin's service.py has `children(settings, site) -> tuple[Child, ...]`. It is pure: the same settings and site give
the same children, and a child that differs from before is restarted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openqrm.domain.network import Network


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a service runs."""

    networks: tuple[Network, ...]
    directory: Path  # this plugin's own, for all that its children read and write
    address: str  # of openQRM, as managed machines reach it
    http_url: str  # of the boot door, without a slash at its end


@dataclass(frozen=True, kw_only=True)
class Child:
    """A process in the foreground, not a daemon. What it prints goes to the log."""

    name: str  # unique within the plugin
    argv: tuple[str, ...]
    files: tuple[tuple[Path, bytes], ...] = ()  # written before it starts; below `Site.directory`
    folders: tuple[Path, ...] = ()  # made before it starts; below `Site.directory`
    ready: tuple[str, ...] | int = ()  # a command that ends with 0, or a TCP port of 127.0.0.1; empty: once it runs
    ready_timeout_s: float = 10.0
    stop_timeout_s: float = 5.0  # from SIGTERM to SIGKILL
    hup: bool = False  # it reads changed files again on SIGHUP; otherwise it is restarted
