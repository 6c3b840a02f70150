"""Machines of the fleet that can more: one has a libvirt whose VMs boot, one fetches from a shelf."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lab.demo.simulated_scene import write_kernel
from lab.demo.simulated_storage import unpacked
from lab.simulated import SimulatedMachine
from lab.simulated_agent import Ended
from lab.simulated_hardware import SimulatedHardware
from openqrm.plugin_api import Completed
from openqrm.plugin_api.testing import Simulator
from openqrm_plugins.image_shelf.tests.shelves import entry, site
from openqrm_plugins.image_shelf.tests.simulator import ShelfHost
from openqrm_plugins.kvm.domain_xml import parse_domain
from openqrm_plugins.kvm.tests.simulator import SimulatedLibvirt

NUMBER = 9_000  # of the first VM, beyond the fleet's
ENTRY = "debian-12"


@dataclass(frozen=True)
class VmHardware(SimulatedHardware):
    """What its host and DHCP say it is."""

    card: str = ""
    at: str = ""

    @property
    def mac(self) -> str:
        return self.card

    @property
    def address(self) -> str:
        return self.at


def add_tool(machine: SimulatedMachine, simulator: Simulator, is_its: Callable[[Sequence[str]], bool]) -> None:
    """What is its of the machine's commands goes to this simulator; all else as before."""
    before = machine.site.run

    def run(hardware: SimulatedHardware, argv: Sequence[str], stdin: bytes) -> Ended:
        words, given, environment = unpacked(tuple(argv), stdin)
        if hardware is not machine.hardware or not is_its(words):
            return before(hardware, argv, stdin)
        done = simulator.run(words, given, environment)
        return done.status, done.out.encode(), done.err.encode()

    machine.site = replace(machine.site, run=run)


class BootingLibvirt(SimulatedLibvirt):
    """Whoever is started there boots as a machine of the fleet, at this address."""

    def __init__(self, host: SimulatedMachine, address: str) -> None:
        super().__init__()
        self._site, self._address = host.site, address
        self.machines: dict[str, SimulatedMachine] = {}
        add_tool(host, self, lambda words: words[0] in ("virsh", "ip"))

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        done = super().run(argv, stdin, environment)
        for uuid, domain in self.domains.items():
            if domain.started:
                self._machine(uuid, domain.defined).on()
            elif uuid in self.machines:
                self.machines[uuid].off()
        return done

    def _machine(self, uuid: str, text: str) -> SimulatedMachine:
        (nic,) = parse_domain(text).hardware.nics
        hardware = VmHardware(NUMBER + len(self.machines), card=nic.mac, at=self._address)
        return self.machines.setdefault(uuid, SimulatedMachine(hardware, self._site))


def fill_shelf(folder: Path, machine: SimulatedMachine) -> str:
    """A folder with one entry and its kernel, from which the machine fetches, too; where it is."""
    source = folder / "shelf"
    source.mkdir()
    package = make_package(folder / "package", source / "linux-image.deb").read_bytes()
    kernel = {"file": "linux-image.deb", "size_bytes": len(package), "sha256": hashlib.sha256(package).hexdigest()}
    shelf = site(entry(ENTRY, kernel=kernel), key=None)
    for name, content in shelf.files.items():
        if name != "linux-image.deb":
            (source / name).write_bytes(content)
    fetching = ShelfHost({str(source): shelf})

    def is_fetch(words: Sequence[str]) -> bool:
        fetching.passes(1000)  # whatever was begun is there by the next look
        return tuple(words[:3]) == ("python3", "-I", "-c")

    add_tool(machine, fetching, is_fetch)
    return str(source)


def make_package(tree: Path, package: Path) -> Path:
    """A kernel's, as Debian packs it, with nothing in it that boots."""
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        "Package: linux-image-none\nVersion: 1\nArchitecture: amd64\nMaintainer: a test\nDescription: none\n"
    )
    (tree / "boot").mkdir()
    (write_kernel(tree) / "vmlinuz").rename(tree / "boot/vmlinuz-6.1.0-simulated")
    subprocess.run(["dpkg-deb", "-Znone", "--build", str(tree), str(package)], check=True, capture_output=True)
    return package
