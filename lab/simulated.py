"""A simulated machine: a coroutine that speaks the boot protocol as a bare machine does, with a machine's buttons.

Its page is docs/developer/boot-protocol.md; what firmware, initrd and agent do there, this does without them.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from lab import boot_client
from lab.backoff import Backoff
from lab.boot_script import Orders, parse_facts, parse_script, render_script_path
from lab.chassis import Refused as PowerRefused
from lab.qemu import BootDevice
from lab.simulated_agent import Agent, Ended, pack
from lab.simulated_hardware import SimulatedHardware
from lab.simulated_site import Faults, Site

_T = TypeVar("_T")
_APPLIANCE_MILESTONES = ("root-found", "root-mounted", "handed-over", "init")


class Dead(Exception):
    """The machine goes no further."""


class SimulatedMachine:
    """One machine. Its buttons are pressed in the event loop that it lives in."""

    def __init__(self, hardware: SimulatedHardware, site: Site) -> None:
        self.hardware = hardware
        self.site = site
        self.faults = Faults()
        self.boot_once: BootDevice | None = None
        self.milestones: list[str] = []  # of this boot
        self.facts: dict[str, str] = {}  # the answer to the registration
        self.profile: dict[str, str] = {}
        self.refusal: boot_client.Refused | None = None
        self.commands: list[list[str]] = []
        self.agent: Agent | None = None
        self._life: asyncio.Task[None] | None = None
        self._past: set[asyncio.Task[None]] = set()  # lives that were ended and have yet to hear of it
        self._since = 0.0
        self._silent_connection: int | None = None
        self._reached: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def power(self) -> bool:
        """Is it on?"""
        return self._life is not None

    def on(self) -> None:
        """Switch on; nothing happens when it is on."""
        self._refuse_power()
        if not self._life:
            self._begin()

    def off(self) -> None:
        """Cut the power: the server is not told."""
        self._refuse_power()
        self._stop(orderly=False)

    def reset(self) -> None:
        """Press the reset button; nothing happens when it is off."""
        self._refuse_power()
        if self._life:
            self._stop(orderly=False)
            self._begin()

    def soft_off(self) -> None:
        """Press the power button for a moment; an operating system heeds it."""
        self._refuse_power()
        if "init" in self.milestones:
            self._stop(orderly=True)

    async def reached(self, milestone: str) -> None:
        """Wait until this or a later boot reaches the milestone."""
        await self._reached[milestone].wait()

    @property
    def trouble(self) -> BaseException | None:
        """What ended the machine's life against all expectation: a mistake in the simulator or a breach of protocol."""
        return self._life.exception() if self._life and self._life.done() and not self._life.cancelled() else None

    async def unplug(self) -> None:
        """Leave the fleet, power or not, and give the descriptors back; nothing of it runs on."""
        self._stop(orderly=False)
        self._release_connection()
        await asyncio.gather(*self._past, return_exceptions=True)

    def render_statistics(self) -> str:
        """A line of statistics of a machine that has little to do."""
        used_mib = self.hardware.memory_mib // 10
        return (
            f'{{"uptime_s": {int(time.monotonic() - self._since)}, "load_1": 0.05, "cpu_percent": 2, '
            f'"memory_used_mib": {used_mib}, "memory_total_mib": {self.hardware.memory_mib}, '
            f'"swap_used_mib": 0, "swap_total_mib": 0, "hostname": "{self.facts.get("hostname", "")}", '
            f'"nics": 1, "init": {"true" if "init" in self.milestones else "false"}}}'
        )

    def run(self, argv: Sequence[str], stdin: bytes) -> Ended:
        """What the agent asks when a command came."""
        self.commands.append([*argv])
        return self.site.run(self.hardware, argv, stdin)

    def end(self, reboot: bool) -> None:
        """What the agent asks when the server wants an orderly end."""
        self._stop(orderly=True)
        if reboot:
            self._begin()

    def _refuse_power(self) -> None:
        if self.faults.refuses_power:
            raise PowerRefused(f"the BMC of {self.hardware.name} refuses")

    def _begin(self) -> None:
        self._release_connection()
        self.milestones, self.facts, self.profile, self.refusal = [], {}, {}, None
        for milestone in self._reached.values():
            milestone.clear()
        self._since = time.monotonic()
        self._life = asyncio.create_task(self._live())

    def _stop(self, orderly: bool) -> None:
        if self._life:
            self._life.cancel()
            self._past.add(self._life)
            self._life.add_done_callback(self._past.discard)
            self._life = None
        if self.agent:
            if orderly:
                self.agent.hang_up()
            else:
                self._silent_connection = self.agent.fall_silent()
            self.agent = None

    def _release_connection(self) -> None:
        """A machine that starts anew knows nothing of the connection in which it fell silent."""
        if self._silent_connection is not None:
            os.close(self._silent_connection)
            self._silent_connection = None

    async def _live(self) -> None:
        try:
            await self._boot()
        except* Dead:
            if self.agent:
                self._silent_connection = self.agent.fall_silent()
                self.agent = None
        await asyncio.Event().wait()  # on, and doing nothing more

    async def _boot(self) -> None:
        await asyncio.sleep(self.site.pace.firmware_s)
        once, self.boot_once = self.boot_once, None
        if self.faults.never_boots or once == "disk":
            raise Dead
        async with self.site.boots:
            orders = await self._fetch_orders()
            await self._load(orders)
            agent = self.agent = await self._register(orders)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(agent.keep_uplink())
            await agent.ready.wait()
            tasks.create_task(agent.report())
            await self._come_up(agent)

    async def _fetch_orders(self) -> Orders:
        address = self.site.server + render_script_path(self.hardware.script_query())
        script = await self._insist(partial(boot_client.get_text, address))
        self._pass("script")
        orders = parse_script(script, address, self.hardware.ipxe_variables())
        if orders is None:
            raise Dead  # it boots its own disk, which has nothing to say to the server
        return orders

    async def _load(self, orders: Orders) -> None:
        whole = self.site.downloads == "whole"
        for milestone, addresses in (("kernel", (orders.kernel,)), ("initrd", orders.initrds)):
            if self.site.downloads != "none":
                for address in addresses:
                    await self._insist(partial(boot_client.download, address, whole))
            self._pass(milestone)
        await asyncio.sleep(self.site.pace.kernel_s)

    async def _register(self, orders: Orders) -> Agent:
        key = self.site.make_key()
        public_key = " ".join(key.export_public_key().decode().split()[:2])
        body = self.hardware.render_inventory(orders.boot, public_key, self.faults.inventory)
        headers = {"Authorization": f"Bearer {orders.token}", "Content-Type": "application/json"}
        answer = await self._insist(partial(boot_client.post_text, f"{orders.http}/boot/register", headers, body))
        self.facts = parse_facts(answer)
        self._pass("registered")
        return Agent(self, orders, key, self.site.pace.stats_every_s, self.site.pace.retry_s)

    async def _come_up(self, agent: Agent) -> None:
        """From the first contact to idle, or to the image's own init."""
        self._report("uplink")
        if self.facts["role"] != "appliance":
            return
        agent.post("profile")
        self.profile = await agent.profile
        for milestone in _APPLIANCE_MILESTONES:
            await asyncio.sleep(self.site.pace.step_s)
            if milestone == self.faults.fails_at:
                agent.post(f"milestone failed {pack(f'simulated: no {milestone}'.encode())}")
                return
            self._report(milestone)

    async def _insist(self, request: Callable[[], Awaitable[_T]]) -> _T:
        """Ask again until there is an answer; a refusal stays one."""
        backoff = Backoff(self.site.pace.retry_s)
        while True:
            try:
                return await request()
            except boot_client.Refused as refusal:
                if refusal.status < 500:
                    self.refusal = refusal
                    raise Dead from refusal
            except (OSError, EOFError):
                pass  # nobody there, or it broke off
            await backoff.pause()

    def _report(self, milestone: str) -> None:
        if self.agent:
            self.agent.post(f"milestone {milestone} -")
        self._pass(milestone)

    def _pass(self, milestone: str) -> None:
        self.milestones.append(milestone)
        self._reached[milestone].set()
        if milestone == self.faults.dies_at:
            raise Dead
