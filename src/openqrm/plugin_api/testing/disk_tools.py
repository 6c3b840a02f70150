"""The program for disks in files, over a tree in memory: for plugins whose volumes are qcow2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from openqrm.plugin_api.storage.making.disk_program import PROGRAM
from openqrm.plugin_api.testing.file_tools import SimulatedFiles
from openqrm.plugin_api.testing.simulator import UnknownCommand
from openqrm.ports.world import Completed

MIB = 2**20


class SimulatedDisks(SimulatedFiles):
    """`beneath` is what the disk of every directory can."""

    def __init__(self, *, filesystem: str = "xfs", shares: bool = True, qcow2: bool = True) -> None:
        super().__init__()
        self.beneath = {"filesystem": filesystem, "shares": shares, "qcow2": qcow2}
        self._layers: dict[str, set[str]] = {}  # by whom each was once stood on; who reads a disk does not see them

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if argv[0] != "python3" or stdin != PROGRAM:
            return super().run(argv, stdin, environment)
        verb, given = argv[-2], json.loads(argv[-1])
        if verb == "clone" and given["source"] not in self.tree:
            return Completed(1, "", f"there is no {given['source']}\n")
        return Completed(0, json.dumps(self._said(verb, given)))

    def _said(self, verb: str, given: dict[str, Any]) -> Any:
        match verb:
            case "directory":
                return self.beneath
            case "look":
                return self._looked(given["path"])
            case "list":
                return self._listed(given["directory"])
            case "make" | "clone":
                if source := given.get("source"):
                    self._layers.setdefault(source, set()).update((source, given["path"]))
                self.tree.setdefault(given["path"], str(given["size_mib"]))
            case "grow":
                self.tree[given["path"]] = str(max(int(self.tree[given["path"]]), given["size_mib"]))
            case "sweep":
                return {"unused": self._sweep(dry=given["dry"])}
            case _:
                raise UnknownCommand((verb,))
        return None

    def _sweep(self, *, dry: bool) -> int:
        unused = [layer for layer, users in self._layers.items() if not any(map(self._is_kept, users))]
        for layer in unused if not dry else []:
            del self._layers[layer]
        return len(unused)

    def _is_kept(self, path: str) -> bool:
        name = f"/.trash/{PurePosixPath(path).name}."
        return path in self.tree or any(name in kept for kept in self._trash)

    def _looked(self, path: str) -> dict[str, Any]:
        if path not in self.tree:
            return {"format": ""}
        kind = "qcow2" if path.endswith(".qcow2") else "raw"
        return {"format": kind, "size_bytes": int(self.tree[path]) * MIB, "blank": True}

    def _listed(self, directory: str) -> list[dict[str, Any]]:
        found = [path for path in map(PurePosixPath, self.tree) if str(path.parent) == directory]
        sizes = {path.stem: int(self.tree[str(path)]) * MIB for path in found if path.suffix == ".qcow2"}
        return [{"name": name, "size_bytes": size, "used_bytes": 0} for name, size in sizes.items()]
