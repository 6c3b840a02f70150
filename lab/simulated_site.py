"""What surrounds a fleet's machines: their server, their pace, what is wrong with them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import asyncssh

from lab.simulated_agent import Ended
from lab.simulated_hardware import SimulatedHardware


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds; 0 is as fast as the server answers."""

    firmware_s: float = 0
    kernel_s: float = 0
    step_s: float = 0  # before each milestone of an appliance
    stats_every_s: float = 10
    retry_s: float = 1  # the first pause after a failure; it doubles up to 30


@dataclass(frozen=True)
class Faults:
    """What is wrong with a machine.

    `dies_at`: right after this milestone it hangs, on but silent. `fails_at`: instead of this milestone of an
    appliance it reports `failed`. `inventory`: untrue fields of the inventory.
    """

    never_boots: bool = False
    dies_at: str | None = None
    fails_at: str | None = None
    inventory: Mapping[str, object] = field(default_factory=dict)
    refuses_power: bool = False


Downloads = Literal["whole", "start", "none"]
Run = Callable[[SimulatedHardware, Sequence[str], bytes], Ended]


AS_FAST_AS_IT_GOES = Pace()


def succeed(_hardware: SimulatedHardware, _argv: Sequence[str], _stdin: bytes) -> Ended:
    """Run a command: it succeeds and says nothing."""
    return 0, b"", b""


@dataclass(frozen=True)
class Site:
    """What all machines of a fleet share.

    `server`: the address of the HTTP door. `boots`: how many may be on their way at once. `downloads`: kernels and
    initrds are fetched whole, or asked for and hung up on so that the server sees the request, or left out.
    """

    server: str
    make_key: Callable[[], asyncssh.SSHKey]
    boots: asyncio.Semaphore
    pace: Pace = AS_FAST_AS_IT_GOES
    downloads: Downloads = "start"
    run: Run = succeed
