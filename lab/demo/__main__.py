"""`make demo`: the story, live on a terminal; without one (or with CI=true) once, with an honest exit code."""

import os
import signal
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from lab import cell
from lab.demo.api import Api
from lab.demo.openqrm import first_password, serving
from lab.demo.report import Report
from lab.demo.scene import Scene, fresh
from lab.demo.story import Story
from lab.demo.view import View
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.rack import Rack
from lab.storages import ganesha

BUILD = Path("build").resolve()
FOLDER = BUILD / "demo"
REPORT = FOLDER / "report.json"
API_PORT = 8800
BOOT = f"{SERVER_ADDRESS}:8080"
MACHINES = 2


def main() -> int:
    """Outside a cell: prepare what needs the network, then enter one. Inside: tell the story."""
    if cell.in_cell():
        return perform(cell.inherited()[0])
    console = Console()
    lacking = cell.missing()
    if lacking:
        console.print("\n".join(lacking))
        from lab.demo.simulated import perform_simulated

        return perform_simulated(console, REPORT)
    console.print("[bold]openQRM, the main job on real parts[/]  (kernel and image are made once and kept)")
    ensure_kernel(BUILD / "lab")
    ensure_image(BUILD / "lab")
    listening = socket.create_server(("127.0.0.1", _free_port()))
    cell.enter([sys.executable, "-m", "lab.demo"], [listening])


def _free_port() -> int:
    with socket.socket() as probe:
        return API_PORT if probe.connect_ex(("127.0.0.1", API_PORT)) else 0


def perform(api_socket: socket.socket) -> int:
    """The story in a cell; the report says how it ended."""
    fresh(FOLDER)
    console = Console()
    view, report = View(console), Report(real=_real_parts())
    signal.signal(signal.SIGTERM, _interrupted)
    with ExitStack() as stack:
        try:
            _perform(stack, api_socket, view, report)
        except KeyboardInterrupt:
            report.failure = "interrupted"
        except Exception as error:  # noqa: BLE001  # told, reported, and the exit code says so
            report.failure = f"{type(error).__name__}: {error}"
        report.write(REPORT)
        if report.failure:
            console.print(f"\n[bold red]The demonstration failed:[/] {report.failure}", highlight=False)
            console.print(f"The log of openQRM: {FOLDER / 'openqrm.log'}; consoles: {FOLDER / 'rack'}")
            return 1
        _summary(console, report)
        if console.is_terminal and os.environ.get("CI") != "true":
            _stay(console, api_socket)
    return 0


def _perform(stack: ExitStack, api_socket: socket.socket, view: View, report: Report) -> None:
    rack = stack.enter_context(Rack(FOLDER / "rack", machines=MACHINES))
    volumes = FOLDER / "volumes"
    volumes.mkdir(parents=True)
    exports = stack.enter_context(ganesha(FOLDER / "nfs", SERVER_ADDRESS))
    base, log = FOLDER / "base", FOLDER / "openqrm.log"
    port = api_socket.getsockname()[1]
    inside = stack.enter_context(socket.create_server(("127.0.0.1", port)))  # the same, for us, who are in the cell
    process = stack.enter_context(serving(base, [api_socket, inside], BOOT, log))
    password = first_password(base, process, log)
    (FOLDER / "password").touch(mode=0o600)
    (FOLDER / "password").write_text(password)
    scene = Scene(
        machines=rack.machines,
        kernel=ensure_kernel(BUILD / "lab").folder,
        image=ensure_image(BUILD / "lab"),
        volumes=volumes,
        exports=exports,
        key=FOLDER / "id_ed25519",
        server_pid=lambda: process.pid,
    )
    story = Story(scene, Api(f"http://127.0.0.1:{port}", "admin", password), view)
    try:
        story.tell()
    finally:
        report.stretches, report.happened = story.stretches, story.happened


def _real_parts() -> list[str]:
    return [
        "machines: QEMU (TCG), SeaBIOS, iPXE from the card's ROM",
        "BMCs: ipmi_sim, spoken to by ipmitool",
        "network: bridge and taps in a private network namespace, dnsmasq for DHCP, TFTP and DNS",
        "kernel: Debian's cloud kernel; root: Debian by debootstrap, over NFS 4 from ganesha",
        "openQRM: the program itself, embedded default (one process, SQLite)",
    ]


def _summary(console: Console, report: Report) -> None:
    console.print("\n[bold]What it took[/] (wall seconds; CPU-seconds of openQRM and of the emulated machines)")
    for stretch in report.stretches:
        console.print(
            f"  {stretch.name:45} {stretch.wall_s:7.2f} s   {stretch.server_cpu_s:6.2f}   {stretch.machine_cpu_s:6.2f}",
            highlight=False,
        )
    console.print(f"\n[bold green]All of it happened.[/] Report: {REPORT}", highlight=False)


def _stay(console: Console, api_socket: socket.socket) -> None:
    _, port = api_socket.getsockname()
    console.print(f"The API stays up at http://127.0.0.1:{port}/api/v1 until Ctrl-C.", highlight=False)
    console.print(f"User admin, password in {FOLDER / 'password'}", highlight=False)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("Everything is taken down.")


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
