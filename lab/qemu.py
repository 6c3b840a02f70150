"""The hardware of one machine, and the QEMU command line that stands for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Firmware = Literal["bios", "uefi"]
BootDevice = Literal["network", "disk"]

OVMF_CODE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
OVMF_VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
ONCE = 0  # the boot index before all standing ones
_RETRY_BOOT_MS = 10_000  # a BIOS that found nothing to boot starts over


@dataclass(frozen=True)
class Hardware:
    """What is bolted into the rack: it does not change while the machine exists.

    `pause_at_banner`: iPXE waits 2 s for a key. False presses one, which stands for a firmware without that pause.
    `loader_in_rom`: the network card carries iPXE. False (UEFI only) is the firmware's own PXE, as in most real
    machines: it fetches a loader by TFTP first.
    """

    name: str
    mac: str
    uuid: str
    serial: str
    firmware: Firmware = "bios"
    memory_mib: int = 512
    disk_sizes_mib: tuple[int, ...] = ()
    vendor: str = "openQRM"
    product: str = "Virtual rack unit"
    pause_at_banner: bool = False
    loader_in_rom: bool = True

    def __post_init__(self) -> None:
        """Refuse a machine that could never boot from the network."""
        if self.firmware == "bios" and not self.loader_in_rom:
            raise ValueError("the BIOS has no PXE of its own: loader_in_rom=False needs firmware='uefi'")


@dataclass(frozen=True)
class Places:
    """Where a machine keeps its files; the sockets' path is short because the kernel allows 107 characters."""

    directory: Path
    sockets: Path
    tap: str

    @property
    def serial_log(self) -> Path:
        """All that the machine ever wrote to its serial line."""
        return self.directory / "serial.log"

    @property
    def complaints(self) -> Path:
        """What QEMU itself said since the last power-on."""
        return self.directory / "qemu.log"

    @property
    def qmp(self) -> Path:
        """The control socket, free for tests."""
        return self.sockets / "qmp"

    @property
    def events(self) -> Path:
        """A second control socket, taken by the rack."""
        return self.sockets / "events"

    @property
    def uefi_variables(self) -> Path:
        """The machine's own UEFI variables."""
        return self.directory / "uefi-variables.fd"

    def disk(self, number: int) -> Path:
        """The raw file behind a disk."""
        return self.directory / f"disk{number}.raw"


def boot_index(device_id: str) -> int:
    """The standing place in the firmware's boot order: network first, then the disks."""
    return 1 if device_id == "nic0" else 2 + int(device_id.removeprefix("disk"))


def device_id(device: BootDevice) -> str:
    """The device that a BMC means by the name of its kind."""
    return "nic0" if device == "network" else "disk0"


def render_argv(hardware: Hardware, places: Places, once: BootDevice | None) -> list[str]:
    """The command line of one power-on; ONCE goes before the standing boot order."""
    first = device_id(once) if once else None
    rom = "" if hardware.loader_in_rom else ",romfile="
    return [
        *("qemu-system-x86_64", "-name", hardware.name, "-uuid", hardware.uuid),
        *("-machine", "q35,graphics=off", "-accel", "tcg,thread=multi,tb-size=512"),
        *("-cpu", "qemu64,+rdrand", "-smp", "1", "-m", str(hardware.memory_mib)),
        *("-nodefaults", "-display", "none", "-boot", f"reboot-timeout={_RETRY_BOOT_MS}"),
        *("-smbios", f"type=1,{_dmi(hardware)}"),
        *("-chardev", f"file,id=serial0,path={_value(places.serial_log)},append=on", "-serial", "chardev:serial0"),
        *_qmp(places.qmp),
        *_qmp(places.events),
        *("-netdev", f"tap,id=net0,ifname={places.tap},script=no,downscript=no"),
        *("-device", f"virtio-net-pci,id=nic0,netdev=net0,mac={hardware.mac},{_index('nic0', first)}{rom}"),
        *_disks(hardware, places, first),
        *_uefi(hardware, places),
    ]


def _value(text: object) -> str:
    """A comma ends a value in QEMU's option lists, two are one comma."""
    return str(text).replace(",", ",,")


def _dmi(hardware: Hardware) -> str:
    texts = {"manufacturer": hardware.vendor, "product": hardware.product, "serial": hardware.serial}
    return ",".join(f"{name}={_value(text)}" for name, text in texts.items())


def _qmp(path: Path) -> Sequence[str]:
    return ("-qmp", f"unix:{path},server=on,wait=off")


def _index(device: str, first: str | None) -> str:
    return f"bootindex={ONCE if device == first else boot_index(device)}"


def _disks(hardware: Hardware, places: Places, first: str | None) -> list[str]:
    argv: list[str] = []
    for number in range(len(hardware.disk_sizes_mib)):
        name = f"disk{number}"
        argv += ["-drive", f"if=none,id=file{number},file={_value(places.disk(number))},format=raw,cache=writeback"]
        argv += ["-device", f"virtio-blk-pci,id={name},drive=file{number},{_index(name, first)}"]
    return argv


def _uefi(hardware: Hardware, places: Places) -> list[str]:
    if hardware.firmware == "bios":
        return []
    flash = "if=pflash,format=raw"
    return [
        *("-drive", f"{flash},unit=0,readonly=on,file={OVMF_CODE}"),
        *("-drive", f"{flash},unit=1,file={_value(places.uefi_variables)}"),
    ]
