"""The scene on simulators: machines of a fleet, one of which is the storage, in a thread of their own."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import asyncssh

from lab.demo.scene import VmHost
from lab.demo.simulated_storage import SimulatedShelf
from lab.fleet import Fleet
from lab.simulated import SimulatedMachine
from lab.simulated_site import Pace

T = TypeVar("T")
PACE = Pace(stats_every_s=2, retry_s=0.2)
STORAGE_NUMBER = 1
BOOT_S = 60.0


@dataclass(frozen=True)
class Loop:
    """An event loop in a thread; others ask it."""

    loop: asyncio.AbstractEventLoop

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def call(self, function: Callable[[], T]) -> T:
        """What it returns, when it is called there."""

        async def work() -> T:
            return function()

        return self.wait(work())


@contextmanager
def loop_in_thread() -> Iterator[Loop]:
    """Runs until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fleet", daemon=True)
    thread.start()
    try:
        yield Loop(loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_all() -> None:
    """What still runs in this loop: it would say so itself when the loop is gone."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(frozen=True)
class Button:
    """The power button of a simulated machine, to be pressed from any thread."""

    loop: Loop
    machine: SimulatedMachine

    def on(self) -> None:
        """Press it."""
        self.loop.call(self.machine.on)


@dataclass(frozen=True)
class SimulatedScene:
    """lab.demo.scene.Scene: machines without BMCs; the first of the fleet is the storage."""

    plugins: ClassVar[Mapping[str, dict[str, str]]] = {"nfs-storage": {}}
    hosts: ClassVar[Sequence[VmHost]] = ()
    why_no_hosts: ClassVar[str] = "VMs are not simulated: the move takes real parts"

    loop: Loop
    fleet: Fleet
    shelf: SimulatedShelf
    kernel: Path

    @property
    def machines(self) -> list[Button]:
        """All but the storage."""
        return [Button(self.loop, machine) for machine in self.fleet.machines[1:]]

    def network(self) -> dict[str, str]:
        """Where simulated machines say they are; nobody gives addresses there."""
        return {"name": "rack", "cidr": "10.0.0.0/8", "dhcp": "off"}

    def storage(self) -> dict[str, object]:
        """The storage machine, switched on and connected."""
        machine = self.fleet.machines[0]
        self.loop.call(machine.on)
        self.loop.wait(asyncio.wait_for(machine.reached("uplink"), BOOT_S))
        return {"resource": resource_of(machine), "settings": {"directory": "/volumes"}}

    def content(self) -> dict[str, str]:
        """Nobody reads it."""
        return {"source": "/srv/images/small.tar.zst"}

    def holds(self, mac: str) -> bool:
        """Whether it is one of the machines besides the storage."""
        return any(machine.hardware.mac == mac for machine in self.fleet.machines[1:])

    def label_of(self, _mac: str) -> dict[str, object]:
        """They have no management controller: openQRM reboots them by their agent."""
        return {"comment": "simulated, without a BMC"}

    def public_key(self) -> str:
        """Nobody has the other half."""
        return asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()

    def log_in(self, address: str, _command: str) -> str | None:
        """What openQRM has told the machine to be, when it has come as far as init."""
        for machine in self.fleet.machines:
            if machine.hardware.address == address and "init" in machine.milestones:
                facts = machine.facts
                root = f"{facts['root_server']}:{facts['root_path']} / {facts['root_type']}"
                return f"{facts['hostname']}\n{root}\n"
        return None

    def fetch(self, address: str) -> str:
        """A page in its name."""
        said = self.log_in(address, "hostname")
        return f"this is {said.splitlines()[0]}" if said else ""

    def machine_cpu_s(self) -> dict[str, float]:
        """All machines are coroutines of this process."""
        return {"fleet": time.process_time()}


@contextmanager
def simulated_scene(boot: str, machines: int, kernel: Path, pace: Pace = PACE) -> Iterator[SimulatedScene]:
    """MACHINES that are off and netboot from the boot door at BOOT, and a storage; they end with the block."""
    shelf = SimulatedShelf(STORAGE_NUMBER)
    with loop_in_thread() as loop:
        fleet = Fleet(boot, machines + 1, pace=pace, downloads="none", run=shelf, first_number=STORAGE_NUMBER)
        loop.wait(fleet.__aenter__())
        try:
            yield SimulatedScene(loop, fleet, shelf, write_kernel(kernel))
        finally:
            loop.wait(fleet.__aexit__(None, None, None))


def write_kernel(folder: Path) -> Path:
    """A folder that looks like a kernel's; simulated machines load nothing."""
    modules = folder / "lib/modules/6.1.0-simulated"
    (modules / "kernel").mkdir(parents=True, exist_ok=True)
    for name in ("modules.dep", "modules.alias", "modules.softdep", "modules.builtin", "modules.order"):
        (modules / name).touch()
    (folder / "vmlinuz").write_text("simulated\n")
    return folder


def resource_of(machine: SimulatedMachine) -> str:
    """What openQRM calls it."""
    return f"m-{machine.hardware.mac.replace(':', '')}"
