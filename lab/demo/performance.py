"""One performance of the story: told, reported, and ended with an honest exit code."""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from lab.demo.openqrm import Serving
from lab.demo.report import Report
from lab.demo.scene import Scene
from lab.demo.story import Story
from lab.demo.view import View

FOLDER = Path("build/demo").resolve()
API_PORT = 8800

SetUp = Callable[[ExitStack], tuple[Scene, Serving]]


def perform(folder: Path, set_up: SetUp, view: View, report: Report) -> int:
    """The story in the scene that SET_UP makes; FOLDER gets the report, which says how it ended."""
    signal.signal(signal.SIGTERM, _interrupted)
    with ExitStack() as stack:
        try:
            scene, serving = set_up(stack)
            _invite(view, serving)
            _tell(scene, serving, view, report)
        except KeyboardInterrupt:
            report.failure = "interrupted"
        except Exception as error:  # noqa: BLE001  # told, reported, and the exit code says so
            report.failure = f"{type(error).__name__}: {error}"
        report.write(folder / "report.json")
        if report.failure:
            view.line(f"\n[bold red]The demonstration failed:[/] {report.failure}")
            view.line(f"What openQRM, the machines and their services said: {folder}")
            return 1
        _summary(view, report, folder)
        if view.console.is_terminal and os.environ.get("CI") != "true":
            _stay(view, serving, folder)
    return 0


def free_port() -> int:
    """The usual port of the demonstration's API where it is free, else any (0)."""
    with socket.socket() as probe:
        return API_PORT if probe.connect_ex(("127.0.0.1", API_PORT)) else 0


def _tell(scene: Scene, serving: Serving, view: View, report: Report) -> None:
    story = Story(scene, serving.api, view, serving.cpu_s)
    try:
        story.tell()
    finally:
        report.stretches, report.happened, report.left_out = story.stretches, story.happened, story.left_out


def _summary(view: View, report: Report, folder: Path) -> None:
    view.line("\n[bold]What it took[/] (wall seconds; CPU-seconds of openQRM and of the machines)")
    for stretch in report.stretches:
        view.say(
            f"{stretch.name:45} {stretch.wall_s:7.2f} s   {stretch.server_cpu_s:6.2f}   {stretch.machine_cpu_s:6.2f}"
        )
    ended = "All of it happened" if not report.left_out else f"It happened, except: {'; '.join(report.left_out)}"
    view.line(f"\n[bold green]{ended}.[/] Report: {folder / 'report.json'}")


def _invite(view: View, serving: Serving) -> None:
    view.line(f"Look on in the console (this link signs in once): {serving.url}{serving.api.sign_in_path()}")


def _stay(view: View, serving: Serving, folder: Path) -> None:
    _invite(view, serving)
    view.line(f"The console stays up at {serving.url}, the API at {serving.url}/api/v1, until Ctrl-C.")
    view.line(f"User admin, password in {folder / 'password'}")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        view.line("Everything is taken down.")


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
