"""Disks in files: made sparse or as a clone, complete or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, DISK_HINT, is_there, making_of
from openqrm.plugin_api.run import run
from openqrm.plugin_api.storage.making.in_folder import GrownInFolder, NewInFolder
from openqrm.ports.world import Host, World

_COPY_MODES = {"auto": "auto", "reflink": "always", "copy": "never"}


@dataclass(frozen=True)
class MakeDisk(NewInFolder):
    """There is a disk of this size, of nothing but zeros and no space used when it is made."""

    name: ClassVar[str] = "openqrm.make-disk"
    size_mib: int

    def describe(self) -> str:
        return f"Make the disk {self.path} of {self.size_mib} MiB on {self.host}"

    def observe(self, world: World) -> Seen:
        if is_there(world.host(self.host), self.path):
            return Satisfied(f"{self.path} is there")
        return Differs(f"there is no {self.path}")

    def ensure(self, world: World) -> None:
        host, making = world.host(self.host), making_of(self.path)
        if is_there(host, self.path):
            return
        run(host, ("mkdir", "-p", "--", str(PurePosixPath(self.path).parent)), hint=DISK_HINT)
        run(host, ("rm", "-f", "--", making), hint=DISK_HINT)
        run(host, ("truncate", "-s", f"{self.size_mib}M", "--", making), hint=DISK_HINT)
        run(host, ("mv", "-T", "-n", "--", making, self.path), hint=DISK_HINT)


@dataclass(frozen=True)
class CloneDisk(NewInFolder):
    """There is a disk with the content that `source` had when it was made, at least `size_mib` big."""

    name: ClassVar[str] = "openqrm.clone-disk"
    source: str
    clone: str
    size_mib: int

    def describe(self) -> str:
        return f"Clone {self.source} on {self.host} as {self.path} ({self.clone})"

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        if is_there(host, self.path):
            return Satisfied(f"{self.path} is there")
        if not is_there(host, self.source):
            message = f"there is no {self.source} to clone"
            raise StepError(Category.NOT_FOUND, message, "Look whether it was removed: openqrm volume removed")
        return Differs(f"there is no {self.path}")

    def ensure(self, world: World) -> None:
        """Beside its place, then into it: what a crash leaves behind never looks like a volume."""
        host, making = world.host(self.host), making_of(self.path)
        if is_there(host, self.path):
            return
        mode = f"--reflink={_COPY_MODES.get(self.clone, 'auto')}"
        hint = "Look at the free space of the storage; a disk that cannot share extents needs clone set to copy."
        run(host, ("rm", "-f", "--", making), hint=DISK_HINT)
        run(host, ("cp", mode, "--", self.source, making), timeout_s=COPY_TIMEOUT_S, hint=hint)
        run(host, ("truncate", "-s", f">{self.size_mib}M", "--", making), hint=DISK_HINT)
        run(host, ("mv", "-T", "-n", "--", making, self.path), hint=DISK_HINT)


@dataclass(frozen=True)
class GrowDisk(GrownInFolder):
    """The disk has at least this size; what is added is zeros and takes no space."""

    name: ClassVar[str] = "openqrm.grow-disk"

    def observe(self, world: World) -> Seen:
        size_bytes = size_of(world.host(self.host), self.path)
        if size_bytes >= self.size_mib * 2**20:
            return Satisfied(f"it has {size_bytes // 2**20} MiB")
        return Differs(f"it has {size_bytes // 2**20} MiB")

    def ensure(self, world: World) -> None:
        # `>` of truncate: never smaller, whoever else has extended it meanwhile
        run(world.host(self.host), ("truncate", "-c", "-s", f">{self.size_mib}M", "--", self.path), hint=DISK_HINT)


def size_of(host: Host, path: str) -> int:
    """The size of a file in bytes."""
    text = run(host, ("stat", "-c", "%s", "--", path), hint=DISK_HINT).strip()
    if not text.isdigit():
        raise StepError(Category.UNAVAILABLE, f"stat said {text[:80]!r} of a size", DISK_HINT)
    return int(text)
