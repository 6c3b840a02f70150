"""Thousands of bare machines as coroutines: they netboot from a server, register, and keep their uplinks.

async with Fleet("http://127.0.0.1:8000", 1000) as fleet:
    fleet.switch_on()
    await fleet.reached("uplink")
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

import asyncssh

from lab.simulated import SimulatedMachine
from lab.simulated_hardware import SimulatedHardware
from lab.simulated_site import AS_FAST_AS_IT_GOES, Downloads, Pace, Run, Site, succeed

_FILES_EACH = 2  # the uplink, and for a moment a request
_FILES_BESIDES = 256


class Fleet:
    """Machines that are off, numbered from FIRST_NUMBER.

    UNIQUE_KEYS: each boot makes a key of its own, as the real agent does; otherwise all share one, which spares a
    tenth of a millisecond a boot. AT_ONCE: how many may be between power-on and registration.
    """

    def __init__(
        self,
        server: str,
        size: int,
        *,
        pace: Pace = AS_FAST_AS_IT_GOES,
        downloads: Downloads = "start",
        run: Run = succeed,
        unique_keys: bool = True,
        at_once: int = 100,
        first_number: int = 1,
    ) -> None:
        site = Site(server, _keys(unique_keys), asyncio.Semaphore(at_once), pace, downloads, run)
        numbers = range(first_number, first_number + size)
        self.machines = [SimulatedMachine(SimulatedHardware(number), site) for number in numbers]

    async def __aenter__(self) -> Self:
        _allow_files(len(self.machines) * _FILES_EACH + _FILES_BESIDES)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.gather(*(machine.unplug() for machine in self.machines))

    def switch_on(self) -> None:
        """Press every power button."""
        for machine in self.machines:
            machine.on()

    async def reached(self, milestone: str, *, timeout_s: float = 60) -> None:
        """Wait until all machines have reached it; a TimeoutError tells how far they came."""
        try:
            async with asyncio.timeout(timeout_s):
                for machine in self.machines:
                    await machine.reached(milestone)
        except TimeoutError:
            progress = ", ".join(f"{count} at {where}" for where, count in self.progress().items())
            raise TimeoutError(f"not all reached {milestone} within {timeout_s} s: {progress}") from None

    def progress(self) -> Counter[str]:
        """How many machines are where: the last milestone, or what stopped a machine."""
        return Counter(_standing(machine) for machine in self.machines)


def _standing(machine: SimulatedMachine) -> str:
    if not machine.power():
        return "off"
    return str(machine.trouble or machine.refusal or (machine.milestones or ["on"])[-1])


def _keys(unique: bool) -> Callable[[], asyncssh.SSHKey]:
    shared = asyncssh.generate_private_key("ssh-ed25519")
    return (lambda: asyncssh.generate_private_key("ssh-ed25519")) if unique else (lambda: shared)


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
