"""A host that fetches from shelves as host/fetch.py does; test_fetch.py shows that the program answers so.

It also fills folders and makes kernels, so that whole plans can be carried out on it.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openqrm.plugin_api import Completed
from openqrm.plugin_api.testing import UnknownCommand
from openqrm.plugin_api.testing.file_tools import DONE, SimulatedFiles
from openqrm_plugins.image_shelf.fetching import PROGRAM

PIECE = 40  # bytes that come in a second


@dataclass
class Site:
    """A shelf somewhere: its files by name, and whom it lets in."""

    files: dict[str, bytes] = field(default_factory=dict)
    user: str = ""
    password: str = ""


class ShelfHost(SimulatedFiles):
    """`folders` is folder → how many bytes of its file are there, -1 when it failed."""

    def __init__(self, sites: dict[str, Site]) -> None:
        super().__init__()
        self.folders: dict[str, int] = {}
        self.sites, self._sizes = sites, dict[str, int]()

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("python3", "-I", "-c", program, verb) if program == PROGRAM.read_text():
                return self._fetch(verb, json.loads(stdin))
            case ("test", "-s", path):
                return Completed(0 if path.removesuffix("/vmlinuz") in self.tree else 1)
            case (_, "-m", "openqrm.boot.initrd", "prepare", "--", package, folder):
                return self._prepare(package, folder)
        return super().run(argv, stdin, environment)

    def _fetch(self, verb: str, given: dict[str, Any]) -> Completed:
        match verb:
            case "catalogue":
                return self._catalogue(given)
            case "start":
                return self._start(given)
            case "look":
                return Completed(0, json.dumps(self._look(given)))
            case "drop":
                self.folders.pop(given["folder"], None)
                return DONE
        raise UnknownCommand((verb,))

    def _prepare(self, package: str, folder: str) -> Completed:
        at = package.rpartition("/")[0]
        if self.folders.get(at, -1) != self._sizes.get(at):
            return Completed(1, "", f"dpkg-deb: error: failed to read archive '{package}'\n")
        if folder in self.tree:
            return Completed(1, "", f"{folder} is there already.\n")
        self.tree[folder] = "directory"
        return DONE

    def passes(self, seconds: float) -> None:
        for folder, so_far in self.folders.items():
            if so_far >= 0:
                self.folders[folder] = min(self._sizes[folder], so_far + int(seconds * PIECE))

    def _let_in(self, given: dict[str, Any]) -> Site | None:
        site = self.sites.get(given["source"])
        return site if site and (site.user, site.password) == (given["user"], given["password"]) else None

    def _catalogue(self, given: dict[str, Any]) -> Completed:
        site = self._let_in(given)
        if site is None:
            return Completed(1, "", f"{given['source']}/catalogue.json: HTTP 401\n")
        names = {"catalogue": "catalogue.json", "signature": "catalogue.json.sig"}
        told = {key: base64.b64encode(site.files.get(name, b"")).decode() for key, name in names.items()}
        return Completed(0, json.dumps(told))

    def _start(self, given: dict[str, Any]) -> Completed:
        site, folder = self._let_in(given), given["folder"]
        self._sizes[folder] = given["size_bytes"]
        right = site is not None and len(site.files.get(given["file"], b"")) == given["size_bytes"]
        self.folders.setdefault(folder, 0 if right else -1)
        return DONE

    def _look(self, given: dict[str, Any]) -> dict[str, object]:
        match self.folders.get(given["folder"]):
            case None:
                return {"state": "nothing"}
            case -1:
                return {"state": "failed", "because": f"{given['source']}/{given['file']} is not there"}
            case so_far if so_far < given["size_bytes"]:
                return {"state": "working", "so_far_bytes": so_far}
        return {"state": "fetched"}
