"""ipmitool and a BMC behind it: a machine's power in memory, and the words that the real ones said."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openqrm.plugin_api import Completed
from openqrm.plugin_api.testing import Simulator, UnknownCommand

TRANSCRIPTS = Path(__file__).parent / "transcripts" / "ipmitool-1.8.19.json"  # against ipmi_sim of OpenIPMI 2.0.33
RECORDED: dict[str, dict[str, Any]] = json.loads(TRANSCRIPTS.read_text())
ADDRESS, PORT, USER, PASSWORD = "10.0.0.5", 623, "admin", "s3cret-of-the-bmc"
CALL = (
    *("ipmitool", "-v", "-I", "lanplus", "-C", "3", "-N", "1", "-R", "3"),
    *("-H", ADDRESS, "-p", str(PORT), "-U", USER, "-E"),
)


def recorded(name: str) -> Completed:
    """What the real ipmitool printed there."""
    said = RECORDED[name]
    return Completed(said["status"], said["out"], said["err"])


class SimulatedBmc(Simulator):
    """A machine with a BMC. `fault` names a transcript that is the answer to everything but a question for power."""

    def __init__(self) -> None:
        super().__init__()
        self.is_on = False
        self._ordered = ""  # an order for one boot: it is gone with that boot, or after a minute, as IPMI has it
        self._shown: list[bool] = []
        self.fault = ""

    def lag(self, looks: int) -> None:
        """Show the power of now for that many more looks."""
        self._shown = [self.is_on] * looks

    def ordered(self) -> str:
        """Where the next boot, or the one since the last look, was ordered from."""
        return self._ordered

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if argv[: len(CALL)] != CALL:
            raise UnknownCommand(" ".join(argv))
        if environment != {"IPMI_PASSWORD": PASSWORD}:
            return recorded("wrong-password")
        match argv[len(CALL) :]:
            case ("chassis", "power", "status"):
                shown = self._shown.pop(0) if self._shown else self.is_on
                return recorded("on" if shown else "off")
            case _ if self.fault:
                return recorded(self.fault)
            case ("chassis", "bootdev", "pxe"):
                self._ordered = "pxe"
                return recorded("order-network")
            case ("chassis", "bootdev", "pxe", "options=efiboot"):
                self._ordered = "pxe efi"
                return recorded("order-network-efi")
            case ("chassis", "power", "on"):
                self.is_on = True
                return recorded("switch-on")
            case ("chassis", "power", "off"):
                self.is_on = False
                return recorded("switch-off")
        raise UnknownCommand(" ".join(argv))
