"""Folders as volumes: made empty or as a clone, complete or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, DISK_HINT, find_kind, making_of
from openqrm.plugin_api.run import run
from openqrm.plugin_api.storage.making.in_folder import NewInFolder
from openqrm.ports.world import Host, World

_COPY_MODES = {"auto": "auto", "btrfs": "auto", "reflink": "always", "copy": "never"}
_SUBVOLUME_INODE = "256"  # btrfs gives the root of every subvolume this number


@dataclass(frozen=True)
class MakeFolder(NewInFolder):
    """There is a folder, empty when it is made; on btrfs a subvolume, so that it can be cloned at no cost."""

    name: ClassVar[str] = "openqrm.make-folder"

    def describe(self) -> str:
        return f"Make the folder {self.path} on {self.host}"

    def observe(self, world: World) -> Seen:
        return seen_folder(world.host(self.host), self.path)

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        run(host, ("mkdir", "-p", "--", parent(self.path)), hint=DISK_HINT)
        if is_btrfs(host, parent(self.path)):
            run(host, ("btrfs", "subvolume", "create", "--", self.path), hint=DISK_HINT)
        else:
            run(host, ("mkdir", "--", self.path), hint=DISK_HINT)


@dataclass(frozen=True)
class CloneFolder(NewInFolder):
    """There is a folder with the content that `source` had when it was made; how is up to `clone` and the disk."""

    name: ClassVar[str] = "openqrm.clone-folder"
    source: str
    clone: str

    def describe(self) -> str:
        return f"Clone {self.source} on {self.host} as {self.path} ({self.clone})"

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        seen = seen_folder(host, self.path)
        if isinstance(seen, Differs) and isinstance(seen_folder(host, self.source), Differs):
            raise StepError(
                Category.NOT_FOUND,
                f"there is no {self.source} to clone",
                "Look whether it was removed: openqrm volume removed",
            )
        return seen

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        if find_kind(host, self.path):  # a snapshot or a copy would end up inside it
            return
        if self.clone in ("auto", "btrfs") and is_subvolume(host, self.source):
            run(host, ("btrfs", "subvolume", "snapshot", "--", self.source, self.path), hint=DISK_HINT)
            return
        if self.clone == "btrfs":
            message = f"{self.source} is not a btrfs subvolume"
            raise StepError(Category.UNSUPPORTED, message, "Set the storage's clone to auto, reflink or copy.")
        self._copy(host)

    def _copy(self, host: Host) -> None:
        """Beside its place, then into it: what a crash leaves behind never looks like a volume."""
        making = making_of(self.path)
        run(host, ("rm", "-rf", "--", making), timeout_s=COPY_TIMEOUT_S, hint=DISK_HINT)
        mode = f"--reflink={_COPY_MODES.get(self.clone, 'auto')}"
        hint = "Look at the free space of the storage; a disk that cannot share extents needs clone set to copy."
        run(host, ("cp", "-a", mode, "--", self.source, making), timeout_s=COPY_TIMEOUT_S, hint=hint)
        run(host, ("mv", "-T", "-n", "--", making, self.path), hint=DISK_HINT)


def seen_folder(host: Host, path: str) -> Satisfied | Differs:
    """Whether there is such a folder."""
    match find_kind(host, path):
        case "":
            return Differs(f"there is no {path}")
        case "directory":
            return Satisfied(f"{path} is there")
        case kind:
            raise StepError(Category.CONFLICT, f"{path} is a {kind[:40]!r}, not a folder", "Move it out of the way.")


def is_btrfs(host: Host, path: str) -> bool:
    """Whether this folder is on btrfs."""
    return run(host, ("stat", "-f", "-c", "%T", "--", path), hint=DISK_HINT).strip() == "btrfs"


def is_subvolume(host: Host, path: str) -> bool:
    """Whether this folder is a subvolume of btrfs."""
    return (
        is_btrfs(host, path) and run(host, ("stat", "-c", "%i", "--", path), hint=DISK_HINT).strip() == _SUBVOLUME_INODE
    )


def parent(path: str) -> str:
    """The folder this one is in."""
    return str(PurePosixPath(path).parent)
