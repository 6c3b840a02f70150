"""The virtual rack: bare machines, their BMCs and their network, ready to be switched on.

    with Rack(directory, machines=2, bmc="ipmi", firmware="bios") as rack:
        rack.machines[0].bmc       # speak real IPMI or Redfish to it
        rack.machines[0].on()      # or press the button

One rack at a time in a cell. When it is closed, or the cell ends, only the files in its directory are left.
"""

import subprocess
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypedDict, Unpack

from lab import bmc_ipmi, bmc_redfish, lan, qemu
from lab.backplane import Backplane
from lab.bmc import Kind, new_password
from lab.machine import Machine

BmcFault = Literal["unreachable", "refuses", "ignores"]
MOST_MACHINES = 99  # what the BMCs' addresses have room for
_SOCKETS = Path("/run/rack")


class Build(TypedDict, total=False):
    """What may be said about the hardware of all machines; see `lab.qemu.Hardware`."""

    memory_mib: int
    disk_sizes_mib: tuple[int, ...]
    pause_at_banner: bool
    loader_in_rom: bool


class Rack:
    """Machines that are off, with BMCs that answer. BMC and FIRMWARE are for all machines, or lists with one each."""

    def __init__(
        self,
        directory: Path,
        machines: int = 2,
        bmc: Kind | Sequence[Kind] = "ipmi",
        firmware: qemu.Firmware | Sequence[qemu.Firmware] = "bios",
        **build: Unpack[Build],
    ) -> None:
        if not 1 <= machines <= MOST_MACHINES:
            raise ValueError(f"a rack holds 1 to {MOST_MACHINES} machines")
        kinds = [bmc] * machines if isinstance(bmc, str) else bmc
        firmwares = [firmware] * machines if isinstance(firmware, str) else firmware
        numbers = range(1, machines + 1)
        self._directory = directory
        self._kinds: list[Kind] = [kind for _, kind in zip(numbers, kinds, strict=True)]
        self._hardware = [_hardware(n, f, build) for n, f in zip(numbers, firmwares, strict=True)]
        self._open = ExitStack()
        self.machines: list[Machine] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            lan.create()
            stack.callback(self._pull_cables)
            self._bolt_in(stack)
            self._backplane = Backplane(_SOCKETS / "backplane", {m.hardware.name: m for m in self.machines})
            stack.callback(self._backplane.close)
            self._start_bmcs(stack)
            self._open = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def set_bmc_fault(self, machine: Machine, fault: BmcFault | None) -> None:
        """Make a machine's BMC fail in one way, or work again.

        `unreachable`: no answer, ever. `refuses`: says no to every change. `ignores`: says yes and does nothing.
        """
        number = self.machines.index(machine) + 1
        lan.plug_bmc(number, fault != "unreachable")
        self._backplane.set_fault(machine.hardware.name, None if fault == "unreachable" else fault)

    def _pull_cables(self) -> None:
        lan.remove([machine.places.tap for machine in self.machines])

    def _bolt_in(self, stack: ExitStack) -> None:
        password = new_password()
        for number, (hardware, kind) in enumerate(zip(self._hardware, self._kinds, strict=True), start=1):
            tap, directory = f"tap-{hardware.name}", self._directory / hardware.name
            lan.add_tap(tap)
            build = bmc_ipmi.build if kind == "ipmi" else bmc_redfish.build
            bmc = build(hardware, lan.add_bmc(number), password, directory)
            machine = Machine(hardware, qemu.Places(directory, _SOCKETS / hardware.name, tap), bmc)
            stack.callback(machine.off)
            self.machines.append(machine)

    def _start_bmcs(self, stack: ExitStack) -> None:
        for machine in self.machines:
            if machine.bmc.kind == "ipmi":
                stack.callback(_end, bmc_ipmi.start(machine, self._backplane.path))
        redfish = [machine for machine in self.machines if machine.bmc.kind == "redfish"]
        if redfish:
            stack.callback(_end, bmc_redfish.start(redfish, self._backplane.path, self._directory))


def _hardware(number: int, firmware: qemu.Firmware, build: Build) -> qemu.Hardware:
    return qemu.Hardware(
        name=f"m{number}",
        mac=f"52:54:00:77:01:{number:02x}",
        uuid=str(uuid.uuid5(uuid.NAMESPACE_OID, f"openqrm virtual rack {number}")),
        serial=f"RACK-{number:04}",
        firmware=firmware,
        **build,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
