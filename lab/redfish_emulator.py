"""The process of all Redfish BMCs of a rack: sushy-tools' emulator on the rack's machines.

    python -m lab.redfish_emulator CONFIGURATION.json

Each machine's BMC has an address of its own and shows that one machine only.
"""

import json
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import flask
from sushy_tools import error
from sushy_tools.emulator import main as emulator
from sushy_tools.emulator.resources.systems import fakedriver
from sushy_tools.emulator.resources.systems.base import AbstractSystemsDriver
from werkzeug.serving import BaseWSGIServer, make_server

from lab import chassis

_OWN = "OPENQRM_RACK"  # our part of sushy-tools' settings
_BOOT_WORDS = {"Pxe": "pxe", "Hdd": "default", "None": "none"}
_BOOT_TARGETS = {word: target for target, word in _BOOT_WORDS.items()}
_POWER_WORDS = {
    "On": ("power", "1"),
    "ForceOn": ("power", "1"),
    "ForceOff": ("power", "0"),
    "GracefulShutdown": ("shutdown", "1"),
    "ForceRestart": ("reset", "1"),
    "PowerCycle": ("power", "0", "power", "1"),
}


class RackDriver(AbstractSystemsDriver):
    """sushy-tools' view of the machines; the rack's backplane does the work."""

    driver = "<rack>"

    def __init__(self, configuration: dict[str, Any]) -> None:
        super().__init__()
        self._backplane: str = configuration["backplane"]
        self._systems: dict[str, dict[str, Any]] = configuration["systems"]

    @classmethod
    def initialize(cls, config: dict[str, Any], _logger: object) -> Callable[[], Self]:
        """What sushy-tools calls to get its driver."""
        return lambda: cls(config[_OWN])

    @property
    def systems(self) -> list[str]:
        """The machine whose BMC was asked."""
        asked = flask.request.environ["SERVER_NAME"]
        return [uuid for uuid, system in self._systems.items() if system["bmc_address"] == asked]

    def uuid(self, identity: str) -> str:
        """The identity itself, which is a UUID."""
        self._find(identity)
        return identity

    def name(self, identity: str) -> str:
        """The machine's name."""
        return str(self._find(identity)["name"])

    def get_power_state(self, identity: str) -> str:
        """On or Off."""
        return "On" if self._ask(identity, "get", "power") == "power:1" else "Off"

    def set_power_state(self, identity: str, state: str) -> None:
        """Press what the reset type means."""
        if state not in _POWER_WORDS:
            raise error.NotSupportedError(f"this BMC knows no reset type {state}")
        self._ask(identity, "set", *_POWER_WORDS[state])

    def get_boot_device(self, identity: str) -> str:
        """The one-shot device, or None (the word) without one."""
        return _BOOT_TARGETS[self._ask(identity, "get", "boot").removeprefix("boot:")]

    def set_boot_device(self, identity: str, boot_source: str) -> None:
        """Set the one-shot device."""
        if boot_source not in _BOOT_WORDS:
            raise error.BadRequest(f"this machine has no boot source {boot_source}")
        self._ask(identity, "set", "boot", _BOOT_WORDS[boot_source])

    def get_boot_mode(self, identity: str) -> str:
        """UEFI or Legacy, as the machine was built."""
        return "UEFI" if self._find(identity)["firmware"] == "uefi" else "Legacy"

    def set_boot_mode(self, identity: str, boot_mode: str) -> None:
        """Take the mode that the machine has anyway."""
        if boot_mode != self.get_boot_mode(identity):
            raise error.NotSupportedError(f"this machine has no boot mode {boot_mode}")

    def get_total_memory(self, identity: str) -> float:
        """Memory in GiB."""
        return float(self._find(identity)["memory_mib"]) / 1024

    def get_total_cpus(self, identity: str) -> int:
        """Always one."""
        self._find(identity)
        return 1

    def get_nics(self, identity: str) -> list[dict[str, str]]:
        """The one network card."""
        mac = str(self._find(identity)["mac"])
        return [{"id": mac, "mac": mac}]

    def _find(self, identity: str) -> dict[str, Any]:
        if identity not in self.systems:
            raise error.NotFound(f"this BMC has no system {identity}")
        return self._systems[identity]

    def _ask(self, identity: str, *words: str) -> str:
        try:
            return chassis.ask(self._backplane, str(self._find(identity)["name"]), words)
        except chassis.Refused as refusal:
            raise error.Conflict(str(refusal)) from refusal


def main(path: str) -> None:
    """Serve all BMCs until the rack ends this process."""
    configuration = json.loads(Path(path).read_text())
    # sushy-tools only knows drivers of its own; this one takes the place of "fake"
    fakedriver.FakeDriver = RackDriver
    emulator.app.configure(extra_config={**configuration["sushy_tools"], _OWN: configuration})
    for system in configuration["systems"].values():
        threading.Thread(target=_server(system).serve_forever, daemon=True).start()
    print("serving", flush=True)
    threading.Event().wait()


def _server(system: dict[str, Any]) -> BaseWSGIServer:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(system["bmc_identity"])
    return make_server(system["bmc_address"], system["bmc_port"], emulator.app, threaded=True, ssl_context=tls)


if __name__ == "__main__":
    main(sys.argv[1])
