"""Logical volumes put away instead of destroyed, taken back, and destroyed when their time is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Irreversible, Satisfied, Seen
from openqrm.plugin_api.storage.making import lvm
from openqrm.ports.world import World


@dataclass(frozen=True)
class PutAwayLogical:
    """No volume has this name: it is inactive, is called `removed`, and its tag says since when."""

    name: ClassVar[str] = "openqrm.put-away-logical-volume"
    host: str
    group: str
    volume: str
    removed: str

    def describe(self) -> str:
        return f"Put {self.group}/{self.volume} on {self.host} away as {self.removed}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> TakeBackLogical:
        return TakeBackLogical(self.host, self.group, self.volume, self.removed)

    def observe(self, world: World) -> Seen:
        if lvm.find_logical(world.host(self.host), self.group, self.volume) is None:
            return Satisfied(f"there is no {self.group}/{self.volume}")
        return Differs(f"{self.group}/{self.volume} is there")

    def ensure(self, world: World) -> None:
        """The name comes last: it is what tells that all is done."""
        host, whole = world.host(self.host), f"{self.group}/{self.volume}"
        found = lvm.find_logical(host, self.group, self.volume)
        if found is None:
            return
        if lvm.MAKING in found.tags:  # half a copy is nothing to keep
            lvm.told(lvm.call(host, "lvremove", "--yes", "--", whole))
            return
        if not found.is_put_away:
            lvm.told(lvm.call(host, "lvchange", "--addtag", f"{lvm.DELETED}{int(world.now_s())}", "--", whole))
        lvm.told(lvm.call(host, "lvchange", "--activate", "n", "--", whole))
        taken = lvm.find_logical(host, self.group, self.removed) is not None
        removed = f"{self.removed}.{int(world.now_s())}" if taken else self.removed  # an older one is kept beside it
        lvm.told(lvm.call(host, "lvrename", "--", self.group, self.volume, removed))


@dataclass(frozen=True)
class TakeBackLogical:
    """The volume is back under its name, active."""

    name: ClassVar[str] = "openqrm.take-back-logical-volume"
    host: str
    group: str
    volume: str
    removed: str

    def describe(self) -> str:
        return f"Take {self.group}/{self.removed} on {self.host} back as {self.volume}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> PutAwayLogical:
        return PutAwayLogical(self.host, self.group, self.volume, self.removed)

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        found = lvm.find_logical(host, self.group, self.volume)
        if found is not None and found.is_whole:
            return Satisfied(f"{self.group}/{self.volume} is there")
        if found is not None and lvm.find_logical(host, self.group, self.removed) is not None:
            message = f"{self.group}/{self.volume} is there, and is not what was put away"
            raise StepError(Category.CONFLICT, message, "Look what it is; rename it if it is to stay.")
        return Differs(f"there is no {self.group}/{self.volume} in use")

    def ensure(self, world: World) -> None:
        host, whole = world.host(self.host), f"{self.group}/{self.volume}"
        if lvm.find_logical(host, self.group, self.volume) is None:
            lvm.told(lvm.call(host, "lvrename", "--", self.group, self.removed, self.volume))
        found = lvm.find_logical(host, self.group, self.volume)
        for tag in sorted(found.tags if found else ()):
            if tag.startswith(lvm.DELETED):
                lvm.told(lvm.call(host, "lvchange", "--deltag", tag, "--", whole))
        lvm.told(lvm.call(host, "lvchange", "--activate", "y", "--", whole))


@dataclass(frozen=True)
class PurgeLogical:
    """What was put away under this name is destroyed, and nothing that was not put away."""

    name: ClassVar[str] = "openqrm.purge-logical-volume"
    host: str
    group: str
    volume: str
    removed: str

    def describe(self) -> str:
        return f"Destroy {self.group}/{self.removed} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("what is destroyed cannot be had back")

    def observe(self, world: World) -> Seen:
        found = lvm.find_logical(world.host(self.host), self.group, self.removed)
        if found is None:
            return Satisfied(f"there is no {self.group}/{self.removed}")
        if not found.is_put_away:
            message = f"{self.group}/{self.removed} was not put away by openQRM"
            raise StepError(Category.CONFLICT, message, "Look what it is; rename it if it is to stay.")
        return Differs(f"{self.group}/{self.removed} takes {found.used_bytes // 2**20} MiB")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        if lvm.find_logical(host, self.group, self.removed) is not None:
            lvm.told(lvm.call(host, "lvremove", "--yes", "--", f"{self.group}/{self.removed}"))
