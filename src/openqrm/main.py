"""The process: its environment, which it alone reads, its signals, its log, and how it ends."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openqrm.services.site_settings import SiteSettings

LISTEN_FDS_START = 3


def cli() -> None:
    """The command `openqrm`."""
    from openqrm.cli.application import run

    run(sys.argv[1:], dict(os.environ), serve, build_initrd)


def inherited_sockets(environment: dict[str, str]) -> list[socket.socket]:
    """The sockets that systemd, or whoever started this process, has opened for the REST door."""
    if environment.get("LISTEN_PID") not in (None, str(os.getpid())):
        return []
    count = int(environment.get("LISTEN_FDS") or 0)
    return [socket.socket(fileno=LISTEN_FDS_START + number) for number in range(count)]


def serve(settings: SiteSettings, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. SIGUSR1 has every thread's stack written to standard error."""
    faulthandler.register(signal.SIGUSR1)
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)  # the kernel may choose another thread than this one, and then only this wakes us
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    _set_up_log(settings)
    from openqrm.assembly.installation import installation

    with installation(settings, inherited_sockets(dict(os.environ)), say):
        _relieve_collector()
        os.read(told, 1)


def build_initrd(verb: str, folder: str, source: str, card: str = "", root: tuple[str, ...] = ()) -> str:
    """`openqrm initrd …`; what to tell of it."""
    from openqrm.assembly import initrds

    return initrds.build_initrd(verb, folder, source, card, root)


def _relieve_collector() -> None:
    """What has been loaded by now stays. With Python's own thresholds a fifth of a registration's CPU went into
    looking through it again and again (bench: registration).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _set_up_log(settings: SiteSettings) -> None:
    import logging

    import structlog

    render = structlog.processors.JSONRenderer() if settings.log_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"), structlog.processors.format_exc_info, render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )  # fmt: skip


if __name__ == "__main__":
    cli()
