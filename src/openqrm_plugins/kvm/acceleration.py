"""Whether a host really runs VMs by KVM: tried, for libvirt and /dev/kvm promise it where a CPU does not keep it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Host, Satisfied, Seen, StepError, World
from openqrm_plugins.kvm.virsh import ask

FOLDER = "/var/lib/openqrm/kvm"
PROOF, SECTOR = f"{FOLDER}/accelerator", f"{FOLDER}/probe.img"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
_ID = re.compile(r"[0-9a-f-]{36}")
_PATH = re.compile(r"<path>(/[^<]+)</path>")
_TRY_S = 10  # a CPU does it in a fraction of a second
_DONE = 33  # QEMU's exit status when a VM writes 16 to its debug port
# A boot sector that goes to 64-bit mode by way of page tables, counts down from 2^27, and writes 16 to port 0xf4.
# Nested KVM that only emulates instructions never gets there; a kernel would hang likewise.
_CODE = base64.b64decode(
    "+jHAjtiOwGa/ABAAAA8i32YxwLkADGbzq2bHBgAQAyAAAGbHBgAgAzAAAGbHBgAwgwAAAA8g4AwgDyLgZrmAAADADzKAzAEP"
    "MGYPARaAfA8gwGYNAQAAgA8iwOpgfAgAuQAAAAj/yXX8sBDm9PRmkAAAAAAAAAAAAAAAAACaIAAPAHB8"
)


@dataclass(frozen=True)
class ProveAcceleration:
    """Since it was booted, the host has been tried for KVM, and the outcome is noted on it."""

    name: ClassVar[str] = "kvm.prove"
    host: str

    def describe(self) -> str:
        return f"Try whether {self.host} runs VMs by KVM, or has to emulate them"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> ForgetAcceleration:
        return ForgetAcceleration(self.host)

    def observe(self, world: World) -> Seen:
        accelerator, boot = _read_proof(world.host(self.host))
        if not accelerator or boot != _boot_id(world.host(self.host)):
            return Differs(f"{self.host} has not been tried since it was booted")
        if accelerator == "kvm":
            return Satisfied(f"{self.host} runs VMs by KVM")
        return Satisfied(f"KVM does not work on {self.host}: VMs are emulated, and slow")

    def ensure(self, world: World) -> None:
        _prove(world, self.host)


@dataclass(frozen=True)
class ForgetAcceleration:
    """Nothing is noted on the host."""

    name: ClassVar[str] = "kvm.forget-proof"
    host: str

    def describe(self) -> str:
        return f"Forget on {self.host} whether it runs VMs by KVM"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> ProveAcceleration:
        return ProveAcceleration(self.host)

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        is_noted = any(host.read_file(path) is not None for path in (PROOF, SECTOR))
        return Differs(f"{self.host} has been tried") if is_noted else Satisfied(f"nothing is noted on {self.host}")

    def ensure(self, world: World) -> None:
        for path in (PROOF, SECTOR):
            world.host(self.host).remove_file(path)


def accelerator_of(world: World, host: str) -> str:
    """kvm or qemu: as noted, whenever that was; tried now where nothing is noted, as on a host without a disk."""
    return _read_proof(world.host(host))[0] or _prove(world, host)


def _read_proof(at: Host) -> tuple[str, str]:
    words = (at.read_file(PROOF) or b"").decode(errors="replace").split()
    return (words[0], words[1]) if len(words) == 2 and words[0] in ("kvm", "qemu") else ("", "")


def _boot_id(at: Host) -> str:
    read = at.read_file(BOOT_ID)
    if not read or not _ID.fullmatch(read.decode(errors="replace").strip()):
        raise StepError(Category.UNAVAILABLE, "the host does not tell its boot id", "See whether it runs Linux.")
    return read.decode().strip()


def _prove(world: World, host: str) -> str:
    at = world.host(host)
    emulator = _find_emulator(world, host)
    accelerator = "kvm" if emulator and _runs(at, emulator) else "qemu"
    at.write_file(PROOF, f"{accelerator} {_boot_id(at)}\n".encode())
    return accelerator


def _find_emulator(world: World, host: str) -> str:
    """The path of the QEMU that libvirt would run by KVM; empty when it sees no KVM."""
    try:
        said = ask(world, host, "domcapabilities", "--virttype", "kvm")
    except StepError as error:
        if "'kvm' is not supported" in error.message:
            return ""
        raise
    found = _PATH.search(said)
    if not found:
        raise StepError(Category.UNAVAILABLE, f"libvirt on {host} does not tell where its QEMU is", "Retry.")
    return found[1]


def _runs(at: Host, emulator: str) -> bool:
    at.write_file(SECTOR, _CODE.ljust(510, b"\0") + b"\x55\xaa")
    argv = (  # killed, for the status 124 of a mere timeout means to a host that it is too busy
        *("timeout", "--signal=KILL", str(_TRY_S), emulator, "-accel", "kvm", "-nodefaults", "-display", "none"),
        *("-no-reboot", "-m", "16", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
        *("-drive", f"file={SECTOR},format=raw,if=ide"),
    )
    done = at.run(argv, timeout_s=3 * _TRY_S)
    at.remove_file(SECTOR)
    return done.status == _DONE
