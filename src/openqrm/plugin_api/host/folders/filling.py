"""Fill an empty folder from an archive or from another folder of the same host. Python 3.9 or later is all it needs."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

from openqrm.plugin_api.host.filling import Place, demand_unused, put_away, serve
from openqrm.plugin_api.host.folders.placing import Target
from openqrm.plugin_api.host.folders.unpacking import unpack
from openqrm.plugin_api.host.noting import Refused

OF_THE_FILE_SYSTEM = "lost+found"
SPARE_BYTES = 64 << 20  # a full disk would hurt its other volumes


class Folder:
    """Beside others of one file system: its content is made beside it too, and comes to its place whole."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.path = given, given["target"]
        self.making = os.path.join(os.path.dirname(self.path), f".making-{os.path.basename(self.path)}")

    def check(self) -> None:
        """What is to be refused of an archive shows when it is unpacked."""

    def is_empty(self) -> bool:
        return not os.listdir(self.path)

    def empty(self) -> None:
        if os.path.lexists(self.making):
            shutil.rmtree(self.making)  # not whole, and no machine ever reached it
        if os.path.lexists(self.path) and not self.is_empty():
            put_away(self.path, self.given["trash"])
        if not os.path.lexists(self.path):
            make_folder(self.path)

    def fill(self, tell: Callable[[int, int], None]) -> dict[str, Any]:
        make_folder(self.making)
        said = pour(self.given, self.making, SPARE_BYTES, tell)
        if not self.is_empty():
            raise Refused(f"{self.path} was written to meanwhile")
        os.rmdir(self.path)  # a subvolume of btrfs takes no other one's place
        os.rename(self.making, self.path)
        sync(os.path.dirname(self.path))
        return said


class Mounted:
    """A file system of its own, filled in place."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.path = given, given["target"]

    def check(self) -> None:
        if not os.path.ismount(self.path):
            raise Refused(f"nothing is mounted at {self.path}")

    def is_empty(self) -> bool:
        return set(os.listdir(self.path)) <= {OF_THE_FILE_SYSTEM}

    def empty(self) -> None:
        self.check()
        if not self.is_empty():
            demand_unused(self.given)
        for folder in (os.path.join(self.path, OF_THE_FILE_SYSTEM), self.path):
            with contextlib.suppress(FileNotFoundError):
                remove_within(folder)

    def fill(self, tell: Callable[[int, int], None]) -> dict[str, Any]:
        return pour(self.given, self.path, 0, tell)


def remove_within(folder: str) -> None:
    for entry in os.scandir(folder):
        if entry.name == OF_THE_FILE_SYSTEM:
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def pour(given: dict[str, Any], folder: str, spare_bytes: int, tell: Callable[[int, int], None]) -> dict[str, Any]:
    target = Target(folder, given["most_bytes"], spare_bytes)
    left_out = unpack(given["source"], given["sha256"], target, tell)
    sync(folder)
    return {"source": given["source"], "left_out": left_out}


def make_folder(path: str) -> None:
    """On btrfs a subvolume, as all folders of a storage are there."""
    beneath = ("stat", "-f", "-c", "%T", "--", os.path.dirname(path))
    if subprocess.run(beneath, stdout=subprocess.PIPE, check=True, text=True).stdout.strip() == "btrfs":
        subprocess.run(("btrfs", "subvolume", "create", "--", path), stdout=subprocess.DEVNULL, check=True)
    else:
        os.mkdir(path, 0o755)


def sync(folder: str) -> None:
    subprocess.run(["sync", "-f", folder], check=False, stdin=subprocess.DEVNULL)


def place_of(given: dict[str, Any]) -> Place:
    return Mounted(given) if given["in_place"] else Folder(given)


serve(place_of)
