"""A Redfish BMC in memory; its answers are those that sushy-tools gave, with the state put in."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from openqrm.plugin_api import HttpAnswer, HttpRequest
from openqrm.plugin_api.testing import UnknownCommand

TRANSCRIPTS = Path(__file__).parent / "transcripts" / "sushy-tools-2.2.json"
RECORDED: list[dict[str, Any]] = json.loads(TRANSCRIPTS.read_text())
ADDRESS, USER, PASSWORD = "10.0.0.6", "admin", "s3cret-of-the-bmc"
ROOT = f"https://{ADDRESS}:443"
SYSTEM = "/redfish/v1/Systems/036a29b5-88f0-5f77-b093-4520b862604c"
RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"


def recorded(method: str, path: str, status: int) -> HttpAnswer:
    """The first answer of this kind that the real one gave."""
    for exchange in RECORDED:
        if (exchange["method"], exchange["path"], exchange["status"]) == (method, path, status):
            return HttpAnswer(status, deepcopy(exchange["answer"]), {"Content-Type": "application/json"})
    raise UnknownCommand(f"{method} {path} was never answered with {status}")


class SimulatedBmc:
    """A machine with a BMC. `refuses`: it says no to every change."""

    def __init__(self) -> None:
        self.power_state = "Off"
        self.refuses = False
        self._ordered = ""  # an order for one boot: it is gone with that boot
        self._shown: list[str] = []

    def lag(self, *states: str) -> None:
        """Show these before the power of now."""
        self._shown = list(states)

    def ordered(self) -> str:
        """Where the next boot, or the one since, was ordered from."""
        return self._ordered

    def answer(self, request: HttpRequest, password: str) -> HttpAnswer:
        if (request.user, password) != (USER, PASSWORD):
            return recorded("GET", SYSTEM, 401)
        match request.method, request.url.removeprefix(ROOT):
            case "GET", "/redfish/v1/Systems":
                return recorded("GET", "/redfish/v1/Systems", 200)
            case "GET", path if path == SYSTEM:
                answer = recorded("GET", SYSTEM, 200)
                answer.body["PowerState"] = self._shown.pop(0) if self._shown else self.power_state
                return answer
            case "GET", _:
                return recorded("GET", "/redfish/v1/Systems/nope", 404)
            case "PATCH", path if path == SYSTEM:
                return self._order(request.body["Boot"]["BootSourceOverrideTarget"])
            case "POST", path if path == RESET:
                return self._reset(request.body["ResetType"])
        raise UnknownCommand(f"{request.method} {request.url}")

    def _order(self, source: str) -> HttpAnswer:
        if self.refuses:
            return recorded("PATCH", SYSTEM, 409)
        self._ordered = source
        return recorded("PATCH", SYSTEM, 204)

    def _reset(self, kind: str) -> HttpAnswer:
        if self.refuses:
            return recorded("POST", RESET, 409)
        if kind not in ("On", "ForceOff"):
            return recorded("POST", RESET, 501)
        self.power_state = "On" if kind == "On" else "Off"
        return recorded("POST", RESET, 204)
