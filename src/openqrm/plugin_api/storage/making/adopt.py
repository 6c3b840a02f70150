"""What a storage held already, taken for a volume as it is: written down, and marked where that can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import msgspec

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.domain.storage import Volume
from openqrm.plugin_api.run import run
from openqrm.plugin_api.sending import command, pack
from openqrm.plugin_api.storage.making import lvm
from openqrm.plugin_api.storage.making.mounted import find_filesystem
from openqrm.ports.world import Host, World

PROGRAM = pack("noting", "confining", "disks.looking", "adopting")
_HINT = "Look at it on the storage. What is not used there, and of the form of this storage's volumes, can be adopted."
_SEE_S = 60.0
FOUND = "it is there already"
LEFT = "it is to stay there, and be nobody's volume"
_MIB = 2**20


class _Told(msgspec.Struct, frozen=True):
    size_bytes: int


def _see(host: Host, path: str, form: str) -> int:
    """Its size in bytes. Raises StepError `refused` for what cannot be a volume."""
    settings = msgspec.json.encode({"path": path, "form": form}).decode()
    said = run(host, command("see", settings), stdin=PROGRAM, timeout_s=_SEE_S, hint=_HINT)
    try:
        return msgspec.json.decode(said, type=_Told).size_bytes
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"the storage answers {said.strip()[:80]!r}", _HINT) from error


@dataclass(frozen=True)
class Adopted:
    """Of the actions: a volume of ours by its record. `source` is the volume that it is a clone of."""

    host: str
    storage: str
    volume: str
    source: str

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def is_noted(self, world: World) -> bool:
        """Whether there is such a record."""
        found = world.records.find(Volume, self.volume)
        return found is not None and found.storage == self.storage

    def note(self, world: World, size_bytes: int) -> None:
        """There is one, with this size."""
        if not self.is_noted(world):
            size_mib = size_bytes // _MIB
            world.records.put(Volume(name=self.volume, storage=self.storage, size_mib=size_mib, source=self.source))


@dataclass(frozen=True)
class AdoptPlace(Adopted):
    """The folder or file at `path` is a volume: it is of this form, nobody used it, and its record has its size."""

    name: ClassVar[str] = "openqrm.adopt-place"
    path: str
    form: str  # folder, raw or qcow2

    def describe(self) -> str:
        return f"Take {self.path} on {self.host} for volume {self.volume}, as it is"

    def inverse(self) -> ForgetPlace:
        return ForgetPlace(self.host, self.storage, self.volume, self.source, self.path, self.form)

    def observe(self, world: World) -> Seen:
        if self.is_noted(world):
            return Satisfied(f"{self.path} is volume {self.volume}")
        self._size_bytes(world)
        return Differs(f"{self.path} is there, and nobody uses it")

    def ensure(self, world: World) -> None:
        self.note(world, self._size_bytes(world))

    def _size_bytes(self, world: World) -> int:
        return _see(world.host(self.host), self.path, self.form)


@dataclass(frozen=True)
class ForgetPlace(Adopted):
    """No record says that the folder or file is a volume; it stays as it is."""

    name: ClassVar[str] = "openqrm.forget-place"
    path: str
    form: str

    def describe(self) -> str:
        return f"Forget volume {self.volume}; {self.path} on {self.host} stays as it is"

    def inverse(self) -> AdoptPlace:
        return AdoptPlace(self.host, self.storage, self.volume, self.source, self.path, self.form)

    def observe(self, world: World) -> Seen:
        if self.is_noted(world):
            return Differs(f"{self.path} is volume {self.volume}")
        return Satisfied(f"{self.path} is no volume of ours")

    def ensure(self, world: World) -> None:
        world.records.remove(Volume, self.volume)


@dataclass(frozen=True)
class AdoptLogical(Adopted):
    """The logical volume is one of ours: nobody used it, it has our tag, and its record has its size.

    From `pool` it is thin; `filesystem` is what has to be on it. Both may be empty: then it is no matter.
    """

    name: ClassVar[str] = "openqrm.adopt-logical-volume"
    group: str
    pool: str
    filesystem: str

    def describe(self) -> str:
        return f"Take {self.group}/{self.volume} on {self.host} for volume {self.volume}, as it is"

    def inverse(self) -> ForgetLogical:
        return ForgetLogical(
            self.host, self.storage, self.volume, self.source, self.group, self.pool, self.filesystem
        )  # fmt: skip

    def observe(self, world: World) -> Seen:
        found = self._found(world)
        if lvm.OURS in found.tags and self.is_noted(world):
            return Satisfied(f"{self.group}/{self.volume} is volume {self.volume}")
        if because := found.why_not_served or self._why_no_clone(found) or self._why_not_mounted(world):
            raise StepError(Category.CONFLICT, f"{self.group}/{self.volume} {because}", _HINT)
        _see(world.host(self.host), lvm.device(self.group, self.volume), "device")
        return Differs(f"{self.group}/{self.volume} has {found.size_bytes // _MIB} MiB, and nobody uses it")

    def ensure(self, world: World) -> None:
        self.note(world, self._found(world).size_bytes)
        whole = f"{self.group}/{self.volume}"
        lvm.told(lvm.call(world.host(self.host), "lvchange", "--addtag", lvm.OURS, "--", whole))

    def _found(self, world: World) -> lvm.LogicalVolume:
        found = lvm.find_logical(world.host(self.host), self.group, self.volume)
        if found is None:
            raise StepError(Category.NOT_FOUND, f"there is no {self.group}/{self.volume}", lvm.HINT)
        return found

    def _why_no_clone(self, found: lvm.LogicalVolume) -> str:
        return f"is not thin from {self.pool}, from which this storage clones" if found.pool != self.pool != "" else ""

    def _why_not_mounted(self, world: World) -> str:
        if not self.filesystem:
            return ""
        found = find_filesystem(world.host(self.host), lvm.device(self.group, self.volume))
        return "" if found == self.filesystem else f"holds {found[:40] or 'no file system'}, not {self.filesystem}"


@dataclass(frozen=True)
class ForgetLogical(Adopted):
    """Neither a record nor our tag says that the logical volume is one of ours; it stays as it is."""

    name: ClassVar[str] = "openqrm.forget-logical-volume"
    group: str
    pool: str
    filesystem: str

    def describe(self) -> str:
        return f"Forget volume {self.volume}; {self.group}/{self.volume} on {self.host} stays as it is"

    def inverse(self) -> AdoptLogical:
        return AdoptLogical(
            self.host, self.storage, self.volume, self.source, self.group, self.pool, self.filesystem
        )  # fmt: skip

    def observe(self, world: World) -> Seen:
        if self.is_noted(world) or self._is_marked(world):
            return Differs(f"{self.group}/{self.volume} is volume {self.volume}")
        return Satisfied(f"{self.group}/{self.volume} is no volume of ours")

    def ensure(self, world: World) -> None:
        """The record goes last: as long as it is there, it is known that something is left to do."""
        if self._is_marked(world):
            whole = f"{self.group}/{self.volume}"
            lvm.told(lvm.call(world.host(self.host), "lvchange", "--deltag", lvm.OURS, "--", whole))
        if self.is_noted(world):
            world.records.remove(Volume, self.volume)

    def _is_marked(self, world: World) -> bool:
        found = lvm.find_logical(world.host(self.host), self.group, self.volume)
        return found is not None and lvm.OURS in found.tags
