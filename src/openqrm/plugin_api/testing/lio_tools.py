"""LIO behind the program that knows rtslib, as the transcript shows it."""

import json
from collections.abc import Mapping
from typing import Any

from openqrm.plugin_api.testing.file_tools import SimulatedFiles, is_program
from openqrm.ports.world import Completed

Disks = dict[str, dict[str, Any]]


class SimulatedLio(SimulatedFiles):
    """`live` is what is served at this moment, `saved` what comes back at a start: by the name of the target."""

    def __init__(self) -> None:
        super().__init__()
        self.live: Disks = {}
        self.saved: Disks = {}

    def writers(self, path: str) -> frozenset[str]:
        return frozenset(served["address"] for served in self.live.values() if served["path"] == path)

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if argv[0] != "python3" or is_program(stdin):
            return super().run(argv, stdin, environment)
        wanted = json.loads(stdin)
        verb, iqn = wanted.pop("verb"), wanted["iqn"]
        if verb == "serve" and (live := self.live.get(iqn)) and live["address"] != wanted["address"]:
            return Completed(1, "", f"{iqn} is open to {live['address']}\n")
        for disks in (self.live, self.saved):
            if verb == "serve":
                disks[iqn] = wanted
            elif verb == "end":
                disks.pop(iqn, None)
        return Completed(0, json.dumps({"live": _show(self.live, wanted), "saved": _show(self.saved, wanted)}))


def _show(disks: Disks, wanted: dict[str, Any]) -> dict[str, Any]:
    found = disks.get(wanted["iqn"])
    return {"there": bool(found), "fits": found == wanted, "addresses": [found["address"]] if found else []}
