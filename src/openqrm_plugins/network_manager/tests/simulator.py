"""A host with one card, and the program that puts it into a bridge: as `tests/lab/test_network_manager.py` saw it."""

import json
from collections.abc import Mapping
from typing import Any

from openqrm.plugin_api import Completed
from openqrm.plugin_api.testing import Simulator, UnknownCommand
from openqrm_plugins.network_manager.bridge import PLACE, PROGRAM, START

INTERFACES = b"""\
source /etc/network/interfaces.d/*
auto lo
iface lo inet loopback

# the only card
auto eth0
iface eth0 inet static
    address 10.0.0.5/24
    gateway 10.0.0.1
"""


class SimulatedHost(Simulator):
    """`states` are the program's notes by bridge; `cuts` is what it says when it was cut off meanwhile."""

    def __init__(self, *, cuts: str = "", networkd: bool = False, route: str = "static") -> None:
        super().__init__()
        self.patience_s, self._networkd, self._route = "", networkd, route
        self.states: dict[str, str] = {}
        self.ports: dict[str, list[str]] = {}
        self.networks = {"eth0": ["10.0.0.5/24"]}
        self.cuts = cuts
        self._is_new = False
        self.write("/etc/network/interfaces", INTERFACES, 0o640)

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("sh", "-c", code, place, verb, bridge, card, vlan, *more) if (code, place) == (START, PLACE):
                assert stdin == PROGRAM.read_bytes()
                return self._begin(verb, bridge, card, vlan, *more)
            case ("sh", "-s", "--", verb, bridge, _, _, *more) if stdin == PROGRAM.read_bytes():
                return Completed(0, self._say(verb, bridge, *more))
            case ("ip", "-json", "-details", "address"):
                return Completed(0, json.dumps([self._link(name) for name in ("eth0", *self.ports)]))
            case ("ip", "-json", "route", "show", "default", "dev", _):
                return Completed(0, json.dumps([{"dst": "default", "gateway": "10.0.0.1", "protocol": self._route}]))
            case ("stat", "-c", "%a", "--", path):
                return Completed(0, f"{self.modes[path]:o}\n")
            case ("test", "-e", "/run/systemd/netif/state"):
                return Completed(0 if self._networkd else 1)
        raise UnknownCommand(argv)

    def _begin(self, verb: str, bridge: str, card: str, vlan: str, *more: str) -> Completed:
        of = f"{PLACE}/{bridge}/of"
        if verb == "revert":
            self.patience_s = ""
            nets = self.networks.pop(bridge, [])
            self.networks[card] = self.networks[card] or nets or ["10.0.0.5/24"]
            self.ports.pop(bridge, None)
            self.states.pop(bridge, None)
            self.files.pop(of, None)
            return Completed(0)
        if card != "eth0":
            return Completed(1, "", f"there is no network card {card}")
        self.files[of] = f"{card} {vlan}\n".encode()
        self.patience_s = more[2]
        self.states[bridge], self._is_new = f"reverted {self.cuts}" if self.cuts else "trying", False
        if not self.cuts:
            self.ports[bridge] = [card if vlan == "0" else f"{card}.{vlan}"]
            self.networks[bridge] = [more[0]] if more[0] else self.networks[card]
            self.networks[card] = self.networks[card] if vlan != "0" else []
        return Completed(0)

    def _say(self, verb: str, bridge: str, *more: str) -> str:
        state = self.states.get(bridge, "none")
        match verb:
            case "look":
                return "other" if state == "none" and bridge in self.ports else state
            case "hang-up":
                self._is_new = True
            case "hold" if state == "trying" and not self._is_new:
                return "same"
            case "hold" if state == "trying":
                self.states[bridge] = "held"
            case "settle" if state == "held":
                self.states[bridge] = f"kept {more[0]}"
        return ""

    def _link(self, name: str) -> dict[str, Any]:
        masters = [bridge for bridge, ports in self.ports.items() if name in ports]
        nets = (net.partition("/") for net in self.networks.get(name, []))
        told = [{"local": local, "prefixlen": int(length), "scope": "global"} for local, _, length in nets]
        more: dict[str, Any] = {"linkinfo": {"info_kind": "bridge"}} if name in self.ports else {}
        more |= {"master": masters[0]} if masters else {}
        return {"ifname": name, "address": "52:54:00:00:00:05", "addr_info": told, **more}
