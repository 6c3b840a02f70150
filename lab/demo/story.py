"""The main job, told once: a bare machine becomes an appliance, which moves onto a VM and back, and is given back."""

from typing import Any

from lab.demo.move import IDLE_S, Move
from lab.demo.telling import LOGIN_S, Telling


class Story(Telling):
    """The chapters; each says what it saw."""

    def tell(self) -> None:
        """All of it; raises when anything does not happen."""
        with self.view.chapter("1. A network, plugins, a kernel, and a root file system on a storage"):
            self.set_up()
        with self.view.chapter("2. Bare machines are switched on, and find openQRM by themselves"):
            self.discover()
        with self.view.chapter("3. What would starting the appliance do? (a preview: nothing has happened yet)"):
            self.preview()
        with self.view.chapter("4. One command: the machine becomes the appliance"):
            self.start()
        with self.view.chapter("5. It runs: log in, ask its web server"):
            self.use()
        self._move()
        with self.view.chapter("9. One command gives the machine back"):
            self.stop()

    def _move(self) -> None:
        if not self.scene.hosts:
            with self.view.chapter("6. to 8. The move onto a VM and back is left out"):
                self.leave_out(self.scene.why_no_hosts)
            return
        move = Move(self)
        with self.view.chapter("6. A host with KVM gets a VM, which finds openQRM as a bare machine does"):
            move.make_vm()
        with self.view.chapter("7. One command: stop, switch, start. The same image runs on the VM"):
            move.to_vm()
        with self.view.chapter("8. And back onto metal"):
            move.to_metal()

    def set_up(self) -> None:
        """What an operator does once."""
        scene, do = self.scene, self.api.do
        do("network", "create", **scene.network())
        for plugin, settings in scene.plugins.items():
            if settings:
                do("plugin", "set", name=plugin, settings=settings)
            do("plugin", "enable", name=plugin)
            self.view.say(f"plugin {plugin} is enabled, with what it needs")
        do("kernel", "add", self.view.watch, name="default", source=str(scene.kernel))
        do("storage", "create", name="shelf", type="nfs-storage", **scene.storage())
        do("volume", "create", self.view.watch, name="web", storage="shelf")
        do("image", "create", name="web", volume="web", authorized_keys=scene.public_key())
        do("image", "fill", self.view.watch, name="web", **scene.content())
        do("appliance", "create", name="web", image="web", kernel="default")
        self.note("an appliance is described, and nothing runs yet")

    def discover(self) -> None:
        """Somebody presses power buttons; nobody tells openQRM."""
        watch = self.stopwatch()
        for machine in self.scene.machines:
            machine.on()
        first = self.wait_for("a machine to report idle", lambda: self._named("idle"), IDLE_S)
        self.stretches.append(watch.stop("power-on to idle"))
        self.wait_for("all machines to report idle", self._all_idle, IDLE_S)
        for row in self._named("idle"):
            self.view.say(f"{row['name']}: {row['cpu_count']} CPU, {row['memory_mib']} MiB, idle")
            self.api.do("resource", "edit", name=row["name"], **self.scene.label_of(row["mac"]))
        self.note(f"{len(self.scene.machines)} machines found openQRM by PXE, first {first[0]['name']}")

    def preview(self) -> None:
        """The plan as text."""
        self.show(self.api.preview("appliance", "start", name="web"))
        self.note("the start was shown as a plan before it ran")

    def start(self) -> None:
        """The plan, carried out."""
        watch = self.stopwatch()
        self.api.do("appliance", "start", self.watch_boot, name="web")
        self.stretches.append(watch.stop("start request to the appliance's own init"))
        self.says("true")
        self.stretches.append(watch.stop("start request to its login"))
        self.note(f"the appliance runs at {self.home()['address']}")

    def use(self) -> None:
        """Evidence from inside and outside."""
        address = str(self.home()["address"])
        said = self.says("hostname; cat /proc/mounts | grep ' / '; uname -r")
        for line in said.splitlines():
            self.view.say(f"[cyan]{line}[/]")
        page = self.wait_for("its web server", lambda: self.scene.fetch(address), LOGIN_S)
        self.view.say(f"http://{address}/ answers: [cyan]{page.strip()[:100]}[/]")
        if "web" not in said or "web" not in page:
            raise RuntimeError(f"the appliance does not know its name: {said!r}, {page!r}")
        self.note("it was logged in to, and its web server answered")

    def stop(self) -> None:
        """Back to the pool."""
        watch = self.stopwatch()
        self.api.do("appliance", "stop", self.watch_boot, name="web")
        self.wait_for("the machine to be idle again", self._all_idle, IDLE_S)
        self.stretches.append(watch.stop("stop request to idle again"))
        self.note("the machine is idle again")

    def _named(self, condition: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.api.ask("resource", "list", condition=condition)
        return [row for row in rows if self.scene.holds(row["mac"])]

    def _all_idle(self) -> bool:
        return len(self._named("idle")) == len(self.scene.machines)
