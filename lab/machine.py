"""A machine of the rack: a QEMU process that is switched on and off like bare metal."""

import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

from lab import qemu
from lab.bmc import Bmc
from lab.qmp import Qmp

_BANNER = b"for the iPXE command line"
_FIRMWARE_S = 60.0  # after a reset, for so long a banner may still come
_LOOK_S = 0.02
_GONE = (EOFError, OSError)  # a machine may go off by itself at any moment


class BrokenMachine(RuntimeError):
    """QEMU would not start."""


class Machine:
    """One machine; the methods are its buttons, and what its BMC presses."""

    def __init__(self, hardware: qemu.Hardware, places: qemu.Places, bmc: Bmc) -> None:
        self.hardware = hardware
        self.places = places
        self.bmc = bmc
        self._process: subprocess.Popen[bytes] | None = None
        self._once: qemu.BootDevice | None = None
        self._lock = threading.RLock()
        self._bolt_together()

    def power(self) -> bool:
        """Is it on?"""
        with self._lock:
            return self._process is not None and self._process.poll() is None

    def on(self) -> None:
        """Switch on; nothing happens when it is on."""
        with self._lock:
            if self.power():
                return
            seen = self.places.serial_log.stat().st_size
            self._process = self._start()
            threading.Thread(target=self._watch, args=(self._connect(), seen), daemon=True).start()

    def off(self) -> None:
        """Cut the power."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def reset(self) -> None:
        """Press the reset button; nothing happens when it is off."""
        self._tell("system_reset")

    def soft_off(self) -> None:
        """Press the power button for a moment: an ACPI event that the operating system may heed."""
        self._tell("system_powerdown")

    @property
    def boot_once(self) -> qemu.BootDevice | None:
        """The device that the next boot, however it comes about, tries first."""
        return self._once

    @boot_once.setter
    def boot_once(self, device: qemu.BootDevice | None) -> None:
        with self._lock:
            self._forget_boot_once()
            self._once = device
            if device is not None:
                self._set_boot_index(device, qemu.ONCE)

    def console(self) -> str:
        """All that the machine wrote to its serial line so far."""
        return self.places.serial_log.read_text(errors="replace")

    def cpu_s(self) -> float:
        """CPU-seconds burnt since it was switched on; 0 when it is off."""
        with self._lock:
            if self._process is None or not self.power():
                return 0.0
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _bolt_together(self) -> None:
        self.places.directory.mkdir(parents=True, exist_ok=True)
        self.places.sockets.mkdir(parents=True, exist_ok=True)
        self.places.serial_log.touch()
        for number, size_mib in enumerate(self.hardware.disk_sizes_mib):
            with self.places.disk(number).open("ab") as disk:
                disk.truncate(size_mib * 2**20)
        if self.hardware.firmware == "uefi":
            shutil.copyfile(qemu.OVMF_VARIABLES, self.places.uefi_variables)

    def _start(self) -> subprocess.Popen[bytes]:
        argv = qemu.render_argv(self.hardware, self.places, self._once)
        with self.places.complaints.open("wb") as complaints:
            return subprocess.Popen(  # in its own session: a Ctrl-C is not meant for the hardware
                argv, stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints, start_new_session=True
            )

    def _connect(self) -> Qmp:
        try:
            return Qmp(self.places.events, still_there=self.power)
        except _GONE as error:
            said = self.places.complaints.read_text(errors="replace").strip()
            raise BrokenMachine(f"{self.hardware.name} does not start: {said}") from error

    def _tell(self, command: str) -> None:
        with self._lock, suppress(*_GONE):
            if self.power():
                with Qmp(self.places.qmp) as qmp:
                    qmp.execute(command)

    def _forget_boot_once(self) -> None:
        with self._lock:
            if self._once is not None:
                self._set_boot_index(self._once, qemu.boot_index(qemu.device_id(self._once)))
                self._once = None

    def _set_boot_index(self, device: qemu.BootDevice, index: int) -> None:
        """QEMU shows a changed boot order to the firmware at the next reset."""
        if not self.power() or (device == "disk" and not self.hardware.disk_sizes_mib):
            return
        with suppress(*_GONE), Qmp(self.places.qmp) as qmp:
            path = f"/machine/peripheral/{qemu.device_id(device)}"
            qmp.execute("qom-set", path=path, property="bootindex", value=index)

    def _watch(self, events: Qmp, seen: int) -> None:
        """Stand beside the machine while it is on: forget the one-shot device once used, press past the banner.

        One press of reset is two resets: SeaBIOS finds that it has run before and resets again. So the device has
        been used when the firmware says its first word, not sooner.
        """
        with suppress(*_GONE), events, self.places.serial_log.open("rb") as log:
            log.seek(seen)
            silent, text, firmware_until = True, b"", time.monotonic() + _FIRMWARE_S
            while True:
                pressing = not self.hardware.pause_at_banner and time.monotonic() < firmware_until
                event, said = events.next_event(_LOOK_S if pressing or silent else None), log.read()
                if event == "RESET":
                    silent, firmware_until = True, time.monotonic() + _FIRMWARE_S
                elif silent and said:
                    silent = False
                    self._forget_boot_once()
                text = text[-len(_BANNER) :] + said
                if pressing and _BANNER in text:
                    events.execute("send-key", keys=[{"type": "qcode", "data": "spc"}])
                    text = b""
