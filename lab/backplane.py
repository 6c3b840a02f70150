"""The rack's end of the wire from the BMCs: presses the buttons of the machines, or not, where a fault is set."""

import socketserver
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from lab.machine import BrokenMachine
from lab.qemu import BootDevice

# how a BMC fails: it says no to every change, or it says yes and does nothing
Fault = Literal["refuses", "ignores"]

# the words of ipmi_sim: its "default" is IPMI's default hard disk, its "none" is no override
_DEVICES: Mapping[str, BootDevice | None] = {"pxe": "network", "default": "disk", "none": None}
_WORDS = {device: word for word, device in _DEVICES.items()}


class Buttons(Protocol):
    """What a BMC reaches of its machine."""

    boot_once: BootDevice | None

    def power(self) -> bool: ...
    def on(self) -> None: ...
    def off(self) -> None: ...
    def reset(self) -> None: ...
    def soft_off(self) -> None: ...


class Backplane:
    """Answers the BMCs on a socket, in threads of its own."""

    def __init__(self, path: Path, machines: Mapping[str, Buttons]) -> None:
        self.path = path
        self._faults: dict[str, Fault | None] = {}
        self._machines = machines
        self._server = socketserver.ThreadingUnixStreamServer(str(path), _wire_to(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self.path.unlink(missing_ok=True)

    def set_fault(self, machine: str, fault: Fault | None) -> None:
        """Let a machine's BMC fail from now on, or no longer."""
        self._faults[machine] = fault

    def answer(self, request: Sequence[str]) -> str:
        """One request in the words of `lab.chassis`: «ok ANSWER» or «no REASON»."""
        try:
            match request:
                case [name, "get", _, *_] if name in self._machines:
                    return "ok " + "\n".join(_look(self._machines[name], item) for item in request[2:])
                case [name, "set", _, *_] if name in self._machines:
                    return self._change(name, request[2:])
        except (ValueError, BrokenMachine) as error:
            return f"no {error}"
        return f"no the chassis does not understand {' '.join(request)}"

    def _change(self, name: str, pairs: Sequence[str]) -> str:
        fault = self._faults.get(name)
        if fault == "refuses":
            return "no the chassis refuses"
        if fault != "ignores":
            for item, value in zip(pairs[::2], pairs[1::2], strict=True):
                _press(self._machines[name], item, value)
        return "ok "


def _look(machine: Buttons, item: str) -> str:
    match item:
        case "power":
            return f"power:{int(machine.power())}"
        case "boot":
            return f"boot:{_WORDS[machine.boot_once]}"
    raise ValueError(f"the chassis has no {item}")


def _press(machine: Buttons, item: str, value: str) -> None:
    match item, value:
        case "power", "1":
            machine.on()
        case "power", "0":
            machine.off()
        case (("reset" | "shutdown"), "1") if not machine.power():
            raise ValueError(f"no {item} for a machine that is off")
        case "reset", "1":
            machine.reset()
        case "shutdown", "1":
            machine.soft_off()
        case "boot", device if device in _DEVICES:
            machine.boot_once = _DEVICES[device]
        case _:
            raise ValueError(f"the chassis has no {item} {value}")


def _wire_to(backplane: Backplane) -> type[socketserver.StreamRequestHandler]:
    class Wire(socketserver.StreamRequestHandler):
        timeout = 10

        def handle(self) -> None:
            request = self.rfile.readline(1024).decode(errors="replace").split()
            self.wfile.write(backplane.answer(request).encode())

    return Wire
