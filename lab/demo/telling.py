"""What every chapter has at hand: the scene, openQRM's API, the view, and what has been measured and seen so far."""

import time
from collections.abc import Callable
from typing import Any

from lab.demo.api import Api
from lab.demo.clock import Stopwatch, Stretch
from lab.demo.scene import Scene
from lab.demo.view import View

POLL_S = 0.1
LOGIN_S = 60.0


class Telling:
    """The API is used as any operator could use it."""

    def __init__(self, scene: Scene, api: Api, view: View, server_cpu_s: Callable[[], float]) -> None:
        self.scene, self.api, self.view, self._server_cpu_s = scene, api, view, server_cpu_s
        self.stretches: list[Stretch] = []
        self.happened: list[str] = []
        self.left_out: list[str] = []

    def stopwatch(self) -> Stopwatch:
        """Begins a stretch."""
        return Stopwatch(self._server_cpu_s, self.scene.machine_cpu_s)

    def note(self, what: str) -> None:
        """It has happened."""
        self.happened.append(what)
        self.view.say(f"[bold green]{what}[/]")

    def leave_out(self, what: str) -> None:
        """It will not happen, and why."""
        self.left_out.append(what)
        self.view.say(f"[yellow]{what}[/]")

    def wait_for(self, what: str, look: Callable[[], Any], timeout_s: float) -> Any:
        """What LOOK sees, once it sees something."""
        deadline = time.monotonic() + timeout_s
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {timeout_s:.0f} s for {what}")
            self.view.wait(f"waiting for {what}")
            time.sleep(POLL_S)
        return seen

    def watch_boot(self, plan: dict[str, Any]) -> None:
        """The plan, and the last milestone of the machine that it is about."""
        claimed = [row["milestone"] for row in self.api.ask("resource", "list") if row["claimed_by"] == "web"]
        self.view.watch(plan, claimed[0] if claimed else "")

    def show(self, plan: dict[str, Any]) -> None:
        """A plan as text."""
        for number, step in enumerate(plan["steps"], 1):
            self.view.say(f"[dim]{number:2}.[/] {step['what']} [dim]({step['why']})[/]")

    def home(self) -> dict[str, Any]:
        """The resource that the appliance runs on."""
        rows: list[dict[str, Any]] = self.api.ask("resource", "list")
        return next(row for row in rows if row["claimed_by"] == "web")

    def says(self, command: str) -> str:
        """What the appliance prints; waits until it lets us in."""
        address = str(self.home()["address"])
        said = self.wait_for("its login", lambda: self.scene.log_in(address, command), LOGIN_S)
        return str(said).strip()
