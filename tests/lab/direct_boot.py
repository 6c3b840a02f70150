"""A machine of the rack's hardware that is handed its kernel and initrd: no firmware, DHCP and iPXE before them."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import lan, qemu
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.boot.initrd.fragments import Fragment
from tests.lab.boot_server import BootServer

MAC, ADDRESS, TAP = "52:54:00:77:01:01", "10.77.0.9", "tap-direct"
UUID, SERIAL = "6c6b3a52-6cd2-4f4d-9a22-0000000000d1", 'S"1\\'
CARD = "01:1a:f4:10:00"  # as iPXE calls the rack's card


@dataclass(frozen=True, slots=True)
class Booted:
    """The machine, switched on."""

    process: subprocess.Popen[bytes]
    places: qemu.Places

    def console(self) -> str:
        return self.places.serial_log.read_text(errors="replace")

    def wait_for_console(self, text: str, timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while text not in self.console():
            assert time.monotonic() < deadline, f"no «{text}» on the console:\n{self.console()}"
            time.sleep(0.05)


@contextmanager
def booted(
    builder: InitrdBuilder,
    kernel_line: str,
    directory: Path,
    fragments: Sequence[Fragment] = (),
    disk_sizes_mib: tuple[int, ...] = (),
) -> Iterator[Booted]:
    """Switched on now, off at the end."""
    directory.mkdir(parents=True, exist_ok=True)
    sockets = Path("/run/direct")
    sockets.mkdir(exist_ok=True)
    places = qemu.Places(directory, sockets, TAP)
    places.serial_log.touch()
    hardware = qemu.Hardware("direct", MAC, UUID, SERIAL, disk_sizes_mib=disk_sizes_mib)
    for number, size_mib in enumerate(disk_sizes_mib):
        with places.disk(number).open("wb") as disk:
            disk.truncate(size_mib * 2**20)
    initrd = builder.compose(CARD, fragments)
    given = ["-kernel", str(builder.kernel.vmlinuz), "-initrd", str(initrd), "-append", kernel_line]
    with places.complaints.open("wb") as complaints:
        process = subprocess.Popen([*qemu.render_argv(hardware, places, None), *given], stderr=complaints)
    try:
        yield Booted(process, places)
    finally:
        process.kill()
        process.wait()


@contextmanager
def cable() -> Iterator[None]:
    """The rack's network with one port for the machine."""
    lan.create()
    lan.add_tap(TAP)
    try:
        yield
    finally:
        lan.remove([TAP])


def line_of(server: BootServer, host_key: str = "") -> str:
    return server.kernel_line(MAC, ADDRESS, host_key)
