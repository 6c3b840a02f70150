"""Logical volumes as volumes: made, cloned and grown, complete or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Irreversible, Satisfied, Seen
from openqrm.plugin_api.actions import COPY_TIMEOUT_S
from openqrm.plugin_api.storage.making import lvm
from openqrm.plugin_api.storage.making.put_away import PutAwayLogical
from openqrm.ports.world import Host, World

_NEW = ("lvcreate", "--yes", "--addtag", lvm.OURS)


@dataclass(frozen=True)
class MakeLogical:
    """There is a logical volume of this size; from `pool` it is thin. `removed` is its name when it is put away."""

    name: ClassVar[str] = "openqrm.make-logical-volume"
    host: str
    group: str
    pool: str
    volume: str
    removed: str
    size_mib: int

    def describe(self) -> str:
        thin = f", thin from {self.pool}" if self.pool else ""
        return f"Make the logical volume {self.group}/{self.volume} of {self.size_mib} MiB on {self.host}{thin}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> PutAwayLogical:
        return PutAwayLogical(self.host, self.group, self.volume, self.removed)

    def observe(self, world: World) -> Seen:
        return seen_whole(world.host(self.host), self.group, self.volume)

    def ensure(self, world: World) -> None:
        """One that takes its space at once has what others left there: where it begins it is made empty."""
        host = world.host(self.host)
        found = lvm.find_logical(host, self.group, self.volume)
        if found is None:
            making = () if self.pool else ("--addtag", lvm.MAKING)
            argv = (*_NEW, *making, "--wipesignatures", "y", *space(self.pool, self.size_mib), "--name", self.volume)
            lvm.told(lvm.call(host, *argv, "--", self.group))
        if not self.pool and (found is None or lvm.MAKING in found.tags):
            ends = ("if=/dev/zero", f"of={lvm.device(self.group, self.volume)}")
            lvm.told(lvm.call(host, "dd", *ends, "bs=1M", "count=1", "conv=fsync", "status=none"))
            lvm.told(lvm.call(host, "lvchange", "--deltag", lvm.MAKING, "--", f"{self.group}/{self.volume}"))


@dataclass(frozen=True)
class CloneLogical:
    """There is one with the content that `source` had when it was made: a thin snapshot, or else a whole copy."""

    name: ClassVar[str] = "openqrm.clone-logical-volume"
    host: str
    group: str
    pool: str
    volume: str
    removed: str
    source: str
    size_mib: int

    def describe(self) -> str:
        how = "as a thin snapshot" if self.pool else "as a whole copy"
        return f"Clone {self.group}/{self.source} on {self.host} as {self.volume}, {how}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> PutAwayLogical:
        return PutAwayLogical(self.host, self.group, self.volume, self.removed)

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        seen = seen_whole(host, self.group, self.volume)
        if isinstance(seen, Differs) and lvm.find_logical(host, self.group, self.source) is None:
            message = f"there is no {self.group}/{self.source} to clone"
            raise StepError(Category.NOT_FOUND, message, "Look whether it was removed: openqrm volume removed")
        return seen

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        if not self.pool:
            return self._copy(host)
        if lvm.find_logical(host, self.group, self.volume) is None:
            argv = (*_NEW, "--snapshot", "--setactivationskip", "n", "--name", self.volume)
            lvm.told(lvm.call(host, *argv, "--", f"{self.group}/{self.source}"))

    def _copy(self, host: Host) -> None:
        """Under a tag that says it is not complete: what a crash leaves behind never looks like a volume."""
        found, whole = lvm.find_logical(host, self.group, self.volume), f"{self.group}/{self.volume}"
        if found is not None and found.is_whole:
            return
        if found is None:
            argv = (*_NEW, "--addtag", lvm.MAKING, "--wipesignatures", "y", *space("", self.size_mib))
            lvm.told(lvm.call(host, *argv, "--name", self.volume, "--", self.group))
        ends = (f"if={lvm.device(self.group, self.source)}", f"of={lvm.device(self.group, self.volume)}")
        lvm.told(lvm.call(host, "dd", *ends, "bs=4M", "conv=fsync", "status=none", timeout_s=COPY_TIMEOUT_S))
        lvm.told(lvm.call(host, "lvchange", "--deltag", lvm.MAKING, "--", whole))


@dataclass(frozen=True)
class GrowLogical:
    """It has at least this size, and so has its file system where the host itself mounts it."""

    name: ClassVar[str] = "openqrm.grow-logical-volume"
    host: str
    group: str
    volume: str
    size_mib: int
    mountpoint: str  # empty: the file system is the machine's own affair

    def describe(self) -> str:
        return f"Extend {self.group}/{self.volume} on {self.host} to {self.size_mib} MiB"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("a volume that was made smaller would lose data; the space stays with it")

    def observe(self, world: World) -> Seen:
        found = lvm.find_logical(world.host(self.host), self.group, self.volume)
        if found is None:
            raise StepError(Category.NOT_FOUND, f"there is no {self.group}/{self.volume}", lvm.HINT)
        if found.size_bytes < self.size_mib * 2**20:
            return Differs(f"it has {found.size_bytes // 2**20} MiB")
        if lvm.GROWING in found.tags:
            return Differs("its file system has not followed yet")
        return Satisfied(f"it has {found.size_bytes // 2**20} MiB")

    def ensure(self, world: World) -> None:
        host, whole = world.host(self.host), f"{self.group}/{self.volume}"
        found = lvm.find_logical(host, self.group, self.volume)
        if self.mountpoint:  # a crash between the two extensions is seen by the tag
            lvm.told(lvm.call(host, "lvchange", "--addtag", lvm.GROWING, "--", whole))
        if found is None or found.size_bytes < self.size_mib * 2**20:
            lvm.told(lvm.call(host, "lvextend", "--size", f"{self.size_mib}m", "--", whole))
        if self.mountpoint:
            # fsadm knows ext4 and XFS, mounted, and does nothing where the size is right
            lvm.told(lvm.call(host, "fsadm", "--yes", "resize", lvm.device(self.group, self.volume)))
            lvm.told(lvm.call(host, "lvchange", "--deltag", lvm.GROWING, "--", whole))


def seen_whole(host: Host, group: str, volume: str) -> Satisfied | Differs:
    """Whether there is such a volume, complete."""
    found = lvm.find_logical(host, group, volume)
    if found is None:
        return Differs(f"there is no {group}/{volume}")
    return Satisfied(f"{group}/{volume} is there") if found.is_whole else Differs(f"{group}/{volume} is not complete")


def space(pool: str, size_mib: int) -> tuple[str, ...]:
    """The words by which lvcreate takes it from a thin pool, or from the group itself."""
    return ("--virtualsize", f"{size_mib}m", "--thinpool", pool) if pool else ("--size", f"{size_mib}m")
