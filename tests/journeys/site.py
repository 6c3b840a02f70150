"""A real openQRM with an appliance described and one simulated machine idle: where starts go wrong."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from lab.demo.api import Api
from lab.demo.openqrm import Serving, serving
from lab.demo.simulated_scene import PACE, SimulatedScene, resource_of, simulated_scene
from lab.demo.story import Story
from lab.demo.view import View
from lab.simulated import SimulatedMachine
from lab.simulated_site import Pace
from tests.journeys.demonstration import eventually

ANYWHERE = "127.0.0.1:0"


@dataclass
class Site:
    """`serving` is another one after a restart."""

    folder: Path
    listening: socket.socket
    serving: Serving
    scene: SimulatedScene
    parts: ExitStack

    @property
    def api(self) -> Api:
        return self.serving.api

    @property
    def machine(self) -> SimulatedMachine:
        """The one that is not the storage."""
        return self.scene.fleet.machines[1]

    def press(self, button: Callable[[], None]) -> None:
        """Something is done at the machine."""
        self.scene.loop.call(button)

    def plan(self, plan: dict[str, Any]) -> dict[str, Any]:
        """As it is now."""
        shown: dict[str, Any] = self.api.ask("plan", "show", id=plan["id"])
        return shown

    def until(self, plan: dict[str, Any], holds: Callable[[dict[str, Any]], object], what: str) -> dict[str, Any]:
        """The plan, once it is so."""
        eventually(lambda: holds(self.plan(plan)), lambda: f"{what}: {render(self.plan(plan))}")
        return self.plan(plan)

    def ended(self, plan: dict[str, Any]) -> dict[str, Any]:
        """The plan, once it moves no more."""
        return self.until(plan, lambda now: now["state"] != "running", "the plan ends")

    def taken(self) -> list[str]:
        """What is claimed, granted, wanted or exported; nothing when all is as before a start."""
        resources = self.api.ask("resource", "list")
        volumes = self.api.ask("volume", "list")
        wanted = self.api.ask("appliance", "show", name="web")
        return [
            *(f"{each['name']} is claimed" for each in resources if each["claimed_by"]),
            *(f"{each['name']} is granted" for each in volumes if each["granted_to"]),
            *(["web is wanted"] if "'wanted': 'running'" in str(wanted) else []),
            *(f"{path} is exported" for path in self.scene.shelf.exports()),
        ]

    def idle(self) -> bool:
        """Whether the machine is in the idle pool."""
        rows = self.api.ask("resource", "list", condition="idle")
        return any(row["mac"] == self.machine.hardware.mac for row in rows)

    def until_seen(self, machine: SimulatedMachine, **wanted: object) -> None:
        """Until openQRM has seen this of a machine."""

        def seen() -> dict[str, Any]:
            return dict(self.api.ask("resource", "show", name=resource_of(machine))["seen"])

        eventually(lambda: wanted.items() <= seen().items(), seen)

    def kill_and_restart(self) -> None:
        """openQRM is killed, and started again on what it left."""
        before = self.serving
        before.process.kill()
        before.process.wait()
        boot = before.boot.removeprefix("http://")
        again = serving(self.folder, [self.listening], boot, f"127.0.0.1:{before.uplink_port}")
        self.serving = self.parts.enter_context(again)


def render(plan: dict[str, Any]) -> str:
    """What is shown of it when a test fails."""
    steps = (f"  {each['id']} {each['state']}: {each['note']}" for each in plan["steps"])
    return "\n".join([f"{plan['state']}: {plan['note']}", *steps])


def step(plan: dict[str, Any], name: str) -> dict[str, Any]:
    """One step of a plan."""
    return next(dict(each) for each in plan["steps"] if each["id"] == name)


@contextmanager
def site(folder: Path, pace: Pace = PACE, machines: int = 1) -> Iterator[Site]:
    """Everything set up as the demonstration does it, and the machines idle."""
    with ExitStack() as parts, (folder / "told").open("w") as told:
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(folder, [listening], ANYWHERE, ANYWHERE))
        scene = parts.enter_context(simulated_scene(running.boot, machines, folder / "kernel", pace))
        story = Story(scene, running.api, View(Console(file=told)), running.cpu_s)
        story.set_up()
        story.discover()
        yield Site(folder, listening, running, scene, parts)
