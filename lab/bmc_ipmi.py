"""IPMI: one `ipmi_sim` a machine, on port 623 of the address that is the machine's BMC."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from lab import chassis
from lab.bmc import USER, Bmc
from lab.machine import Machine
from lab.qemu import Hardware

PORT = 623
_START_S = 60.0
_PRESENCE_PING = bytes.fromhex("0600ff06000011be80000000")  # RMCP: class ASF, message 80h

# "default" is the word with which ipmi_sim hands on IPMI's default hard disk
_CONFIGURATION = """\
name "{name}"
set_working_mc 0x20
  startlan 1
    addr {address} {port}
    priv_limit admin
    allowed_auths_admin md5
    guid {guid}
  endlan
  chassis_control "{program}"
  user 2 true "{user}" "{password}" admin 10 md5
"""
_EMULATION = """\
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
"""


def build(_hardware: Hardware, address: str, password: str, _directory: Path) -> Bmc:
    """The BMC that `start` will start."""
    return Bmc("ipmi", address, PORT, USER, password)


def start(machine: Machine, backplane: Path) -> subprocess.Popen[bytes]:
    """Start the BMC of one machine; returns once it answers."""
    directory = machine.places.directory / "ipmi"
    (directory / "state").mkdir(parents=True, exist_ok=True)
    configuration, emulation, log = directory / "lan.conf", directory / "bmc.emu", directory / "ipmi_sim.log"
    configuration.touch(mode=0o600)
    configuration.write_text(render_configuration(machine, backplane))
    emulation.write_text(_EMULATION)
    argv = ["ipmi_sim", "-c", str(configuration), "-f", str(emulation), "-s", str(directory / "state"), "-n", "-d"]
    with log.open("wb") as said:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
    _wait_for_answer(machine.bmc, process, log)
    return process


def render_configuration(machine: Machine, backplane: Path) -> str:
    """The configuration of one BMC; it holds the password, so it belongs in a file that only root reads."""
    name, bmc = machine.hardware.name, machine.bmc
    program = f"{sys.executable} -I -S {chassis.__file__} {backplane} {name}"
    return _CONFIGURATION.format(
        name=name,
        address=bmc.address,
        port=bmc.port,
        guid=machine.hardware.uuid.replace("-", ""),
        program=program,
        user=bmc.user,
        password=bmc.password,
    )


def _wait_for_answer(bmc: Bmc, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.02)
        probe.connect((bmc.address, bmc.port))
        while process.poll() is None and time.monotonic() < deadline:
            try:
                probe.send(_PRESENCE_PING)
                probe.recv(64)
                return
            except ConnectionRefusedError:
                time.sleep(0.01)
            except TimeoutError:
                continue
    process.kill()
    raise RuntimeError(f"ipmi_sim does not answer: {log.read_text(errors='replace').strip()}")
