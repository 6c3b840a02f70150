"""The same story on simulators, for a computer without root or QEMU. openQRM itself is real."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console

from lab.demo.openqrm import Serving, serving
from lab.demo.performance import free_port, perform
from lab.demo.report import Report
from lab.demo.scene import Scene, fresh
from lab.demo.simulated_scene import simulated_scene
from lab.demo.view import View

MACHINES = 2
ANYWHERE = "127.0.0.1:0"


def perform_simulated(folder: Path, why: Sequence[str]) -> int:
    """The story in an ordinary user's processes on loopback; each line says that it is simulated."""
    view = View(Console(), suffix=" (simulated)")
    for line in why:
        view.line(line)
    view.line("[bold]openQRM, the main job on simulators[/]")
    report = Report(real=_real_parts(), simulated=_simulated_parts())
    return perform(folder, partial(_set_up, folder), view, report)


def _set_up(folder: Path, stack: ExitStack) -> tuple[Scene, Serving]:
    fresh(folder)
    listening = stack.enter_context(socket.create_server(("127.0.0.1", free_port())))
    site = stack.enter_context(serving(folder, [listening], ANYWHERE, ANYWHERE))
    return stack.enter_context(simulated_scene(site.boot, MACHINES, folder / "kernel")), site


def _real_parts() -> list[str]:
    return [
        "openQRM: the program itself, embedded default (one process, SQLite), as an ordinary user on loopback",
        "boot script, registration and uplink: the boot protocol over HTTP and SSH",
    ]


def _simulated_parts() -> list[str]:
    return [
        "machines: coroutines that speak the boot protocol; kernel and initrd are named to them and not loaded",
        "power: their button is pressed by the demonstration; openQRM reboots them by their agent, without a BMC",
        "network: loopback; nobody gives addresses, dnsmasq is not started",
        "storage: a simulated machine that answers exportfs and coreutils as the real ones were recorded to answer",
        "login and page: what openQRM told the machine to be, read from the simulator and not over a network",
    ]
