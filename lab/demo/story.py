"""The main job, told once: a bare machine is switched on, becomes idle, becomes an appliance, and is given back."""

import time
from collections.abc import Callable
from typing import Any

from lab.demo.api import Api
from lab.demo.clock import Stopwatch, Stretch
from lab.demo.scene import Scene
from lab.demo.view import View

POLL_S = 0.1
IDLE_S = 120.0
LOGIN_S = 60.0


class Story:
    """The chapters; each uses the API as any operator could, and says what it saw."""

    def __init__(self, scene: Scene, api: Api, view: View, server_cpu_s: Callable[[], float]) -> None:
        self._scene, self._api, self._view, self._server_cpu_s = scene, api, view, server_cpu_s
        self.stretches: list[Stretch] = []
        self.happened: list[str] = []

    def tell(self) -> None:
        """All of it; raises when anything does not happen."""
        with self._view.chapter("1. A network, plugins, a kernel, and a root file system on a storage"):
            self.set_up()
        with self._view.chapter("2. Bare machines are switched on, and find openQRM by themselves"):
            self.discover()
        with self._view.chapter("3. What would starting the appliance do? (a preview: nothing has happened yet)"):
            self.preview()
        with self._view.chapter("4. One command: the machine becomes the appliance"):
            self.start()
        with self._view.chapter("5. It runs: log in, ask its web server"):
            self.use()
        with self._view.chapter("6. One command gives the machine back"):
            self.stop()

    def set_up(self) -> None:
        """What an operator does once."""
        scene, do = self._scene, self._api.do
        do("network", "create", **scene.network())
        for plugin, settings in scene.plugins.items():
            if settings:
                do("plugin", "set", name=plugin, settings=settings)
            do("plugin", "enable", name=plugin)
            self._view.say(f"plugin {plugin} is enabled, with what it needs")
        do("kernel", "add", self._view.watch, name="default", source=str(scene.kernel))
        do("storage", "create", name="shelf", type="nfs-storage", **scene.storage())
        do("volume", "create", self._view.watch, name="web", storage="shelf")
        do("image", "create", name="web", volume="web", authorized_keys=scene.public_key())
        do("image", "fill", self._view.watch, name="web", **scene.content())
        do("appliance", "create", name="web", image="web", kernel="default")
        self._happened("an appliance is described, and nothing runs yet")

    def discover(self) -> None:
        """Somebody presses power buttons; nobody tells openQRM."""
        watch = self._stopwatch()
        for machine in self._scene.machines:
            machine.on()
        first = self._wait_for("a machine to report idle", lambda: self._named("idle"), IDLE_S)
        self.stretches.append(watch.stop("power-on to idle"))
        self._wait_for("all machines to report idle", self._all_idle, IDLE_S)
        for row in self._named("idle"):
            self._view.say(f"{row['name']}: {row['cpu_count']} CPU, {row['memory_mib']} MiB, idle")
            self._api.do("resource", "edit", name=row["name"], **self._scene.label_of(row["mac"]))
        self._happened(f"{len(self._scene.machines)} machines found openQRM by PXE, first {first[0]['name']}")

    def preview(self) -> None:
        """The plan as text."""
        plan = self._api.preview("appliance", "start", name="web")
        for number, step in enumerate(plan["steps"], 1):
            self._view.say(f"[dim]{number:2}.[/] {step['what']} [dim]({step['why']})[/]")
        self._happened("the start was shown as a plan before it ran")

    def start(self) -> None:
        """The plan, carried out."""
        watch = self._stopwatch()
        self._api.do("appliance", "start", self._watch_boot, name="web")
        self.stretches.append(watch.stop("start request to the appliance's own init"))
        address = self._address()
        self._wait_for("its login", lambda: self._scene.log_in(address, "true"), LOGIN_S)
        self.stretches.append(watch.stop("start request to its login"))
        self._happened(f"the appliance runs at {address}")

    def use(self) -> None:
        """Evidence from inside and outside."""
        address = self._address()
        said = self._scene.log_in(address, "hostname; cat /proc/mounts | grep ' / '; uname -r")
        for line in (said or "").splitlines():
            self._view.say(f"[cyan]{line}[/]")
        page = self._wait_for("its web server", lambda: self._scene.fetch(address), LOGIN_S)
        self._view.say(f"http://{address}/ answers: [cyan]{page.strip()[:100]}[/]")
        if "web" not in (said or "") or "web" not in page:
            raise RuntimeError(f"the appliance does not know its name: {said!r}, {page!r}")
        self._happened("it was logged in to, and its web server answered")

    def stop(self) -> None:
        """Back to the pool."""
        watch = self._stopwatch()
        self._api.do("appliance", "stop", self._watch_boot, name="web")
        self._wait_for("the machine to be idle again", self._all_idle, IDLE_S)
        self.stretches.append(watch.stop("stop request to idle again"))
        self._happened("the machine is idle again")

    def _watch_boot(self, plan: dict[str, Any]) -> None:
        """The plan, and the last milestone of the machine that it is about."""
        claimed = [row["milestone"] for row in self._api.ask("resource", "list") if row["claimed_by"] == "web"]
        self._view.watch(plan, claimed[0] if claimed else "")

    def _stopwatch(self) -> Stopwatch:
        return Stopwatch(self._server_cpu_s, self._scene.machine_cpu_s)

    def _named(self, condition: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._api.ask("resource", "list", condition=condition)
        return [row for row in rows if self._scene.holds(row["mac"])]

    def _all_idle(self) -> bool:
        return len(self._named("idle")) == len(self._scene.machines)

    def _address(self) -> str:
        rows = self._api.ask("resource", "list")
        return str(next(row["address"] for row in rows if row["claimed_by"] == "web"))

    def _happened(self, what: str) -> None:
        self.happened.append(what)
        self._view.say(f"[bold green]{what}[/]")

    def _wait_for(self, what: str, look: Callable[[], Any], timeout_s: float) -> Any:
        deadline = time.monotonic() + timeout_s
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {timeout_s:.0f} s for {what}")
            self._view.wait(f"waiting for {what}")
            time.sleep(POLL_S)
        return seen
