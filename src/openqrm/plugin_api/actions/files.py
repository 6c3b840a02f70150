"""Volumes that are a file or a folder: put away instead of destroyed, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.plugin_api.run import run
from openqrm.ports.world import Host, World

COPY_TIMEOUT_S = 3600.0
DISK_HINT = "Log in to the storage and look at its disk: mounted, writable, space left?"


@dataclass(frozen=True)
class PutAway:
    """The volume's file or folder is out of the way, whole, in the storage's trash."""

    name: ClassVar[str] = "openqrm.put-away"
    host: str
    volume: str
    path: str
    trash: str

    def describe(self) -> str:
        return f"Move {self.path} on {self.host} to {self.trash}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> TakeBack:
        return TakeBack(self.host, self.volume, self.path, self.trash)

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        for path in (self.path, making_of(self.path)):
            if is_there(host, path):
                return Differs(f"{path} is there")
        return Satisfied(f"there is no {self.path}")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        run(host, ("rm", "-rf", "--", making_of(self.path)), timeout_s=COPY_TIMEOUT_S, hint=DISK_HINT)
        if not is_there(host, self.path):
            return
        run(host, ("mkdir", "-p", "-m", "700", "--", str(PurePosixPath(self.trash).parent)), hint=DISK_HINT)
        # what an older volume of this name left there is kept beside it
        run(host, ("mv", "-T", "--backup=numbered", "--", self.path, self.trash), hint=DISK_HINT)


@dataclass(frozen=True)
class TakeBack:
    """The volume's file or folder is back from the trash."""

    name: ClassVar[str] = "openqrm.take-back"
    host: str
    volume: str
    path: str
    trash: str

    def describe(self) -> str:
        return f"Move {self.trash} on {self.host} back to {self.path}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> PutAway:
        return PutAway(self.host, self.volume, self.path, self.trash)

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        if is_there(host, self.path):
            return Satisfied(f"{self.path} is there")
        return Differs(f"there is no {self.path}")

    def ensure(self, world: World) -> None:
        hint = f"Look for {self.path} in {PurePosixPath(self.trash).parent}."
        run(world.host(self.host), ("mv", "-T", "-n", "--", self.trash, self.path), hint=hint)


def find_kind(host: Host, path: str) -> str:
    """What has this path: `directory`, `regular file`, …; empty when nothing has."""
    done = host.run(("stat", "-c", "%F", "--", path), environment={"LC_ALL": "C"})
    if done.status and "No such file" in done.err:
        return ""
    if done.status:
        words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
        raise StepError(Category.REFUSED, f"stat: {words}", DISK_HINT)
    return done.out.strip()


def is_there(host: Host, path: str) -> bool:
    """Whether something has this path."""
    return bool(find_kind(host, path))


def making_of(path: str) -> str:
    """Where a volume is while it is being made; what a crash leaves there never looks like a volume."""
    whole = PurePosixPath(path)
    return str(whole.with_name(f".making-{whole.name}"))
