"""ipmitool and a BMC behind it: a machine's power in memory, and the words that the real ones said."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openqrm.plugin_api import Completed
from openqrm.plugin_api.testing import Simulator, UnknownCommand
from openqrm_plugins.ipmi.tool import HOME

TRANSCRIPTS = Path(__file__).parent / "transcripts" / "ipmitool-1.8.19.json"  # against ipmi_sim of OpenIPMI 2.0.33
RECORDED: dict[str, dict[str, Any]] = json.loads(TRANSCRIPTS.read_text())
ADDRESS, PORT, USER, PASSWORD = "10.0.0.5", 623, "admin", "s3cret-of-the-bmc"
CALL = (
    *("ipmitool", "-v", "-I", "lanplus", "-C", "3", "-N", "1", "-R", "3"),
    *("-H", ADDRESS, "-p", str(PORT), "-U", USER, "-E", "exec", "/dev/stdin"),
)


def recorded(name: str) -> Completed:
    """What the real ipmitool printed there."""
    said = RECORDED[name]
    return Completed(said["status"], said["out"], said["err"])


class SimulatedBmc(Simulator):
    """A machine with a BMC. `faults` name the transcripts of what it refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.is_on = False
        self._ordered = ""  # an order for one boot: it is gone with that boot, or after a minute, as IPMI has it
        self._shown: list[bool] = []
        self.faults: set[str] = set()

    def lag(self, looks: int) -> None:
        """Show the power of now for that many more looks."""
        self._shown = [self.is_on] * looks

    def ordered(self) -> str:
        """Where the next boot, or the one since the last look, was ordered from."""
        return self._ordered

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if argv != CALL:
            raise UnknownCommand(" ".join(argv))
        if environment != {"IPMI_PASSWORD": PASSWORD, "HOME": str(HOME)}:
            return recorded("wrong-password")
        said = [self._answer(line) for line in stdin.decode().splitlines()]
        begin = recorded("on").err  # a session's first words come once
        err = begin + "".join(each.err.removeprefix(begin) for each in said)
        return Completed(max(each.status for each in said), "".join(each.out for each in said), err)

    def _answer(self, line: str) -> Completed:
        match line.split():
            case ["chassis", "power", "status"]:
                shown = self._shown.pop(0) if self._shown else self.is_on
                return recorded("on" if shown else "off")
            case ["chassis", "bootdev", "pxe"] if "order-refused" in self.faults:
                return recorded("order-refused")
            case ["chassis", "bootdev", "pxe", *options]:
                self._ordered = " ".join(["pxe", *(option.removeprefix("options=") for option in options)])
                return recorded("order-network-efi" if options else "order-network")
            case ["chassis", "power", "on" | "off" as power]:
                if f"{power}-refused" in self.faults:
                    return recorded(f"{power}-refused")
                self.is_on = power == "on"
                return recorded(f"switch-{power}")
        raise UnknownCommand(line)
