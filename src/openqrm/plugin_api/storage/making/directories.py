"""What a directory on a storage can: noted in the storage's record, so that planning knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.domain.storage import Storage
from openqrm.plugin_api.storage.making.disk_program import Beneath, look_beneath
from openqrm.ports.world import World


@dataclass(frozen=True)
class NoteDirectory:
    """The storage's record says what its directory is on, and what the machine has for disks in files."""

    name: ClassVar[str] = "openqrm.note-directory"
    host: str
    storage: str
    directory: str
    before: dict[str, Any]  # what was noted when this was planned

    def describe(self) -> str:
        return f"See what the disk of {self.directory} on {self.host} can"

    def touches(self) -> tuple[str, ...]:
        return (f"storage/{self.storage}",)

    def inverse(self) -> NoteAsBefore:
        return NoteAsBefore(self.host, self.storage, self.directory, self.before)

    def observe(self, world: World) -> Seen:
        found = self._found(world)
        told = ", ".join(f"{key} {value}" for key, value in found.items())
        if world.records.get(Storage, self.storage).found == found:
            return Satisfied(f"{self.directory}: {told}")
        return Differs(f"{self.directory}: {told}, and that is not noted")

    def ensure(self, world: World) -> None:
        found = self._found(world)
        world.records.change(world.records.get(Storage, self.storage), {"found": found})

    def _found(self, world: World) -> dict[str, Any]:
        beneath = look_beneath(world.host(self.host), self.directory)
        return {"directory": self.directory, **msgspec.structs.asdict(beneath)}


@dataclass(frozen=True)
class NoteAsBefore:
    """The storage's record says what it said before somebody looked."""

    name: ClassVar[str] = "openqrm.note-as-before"
    host: str
    storage: str
    directory: str
    before: dict[str, Any]

    def describe(self) -> str:
        return f"Set what is noted of the disk of storage {self.storage} back to what it was"

    def touches(self) -> tuple[str, ...]:
        return (f"storage/{self.storage}",)

    def inverse(self) -> NoteDirectory:
        return NoteDirectory(self.host, self.storage, self.directory, self.before)

    def observe(self, world: World) -> Seen:
        if world.records.get(Storage, self.storage).found == self.before:
            return Satisfied("it is noted as before")
        return Differs("something else is noted")

    def ensure(self, world: World) -> None:
        world.records.change(world.records.get(Storage, self.storage), {"found": self.before})


def noted_beneath(storage: Storage, directory: str) -> Beneath:
    """What was found when it was last looked. Raises PlanningError `conflict` when nobody has looked there yet."""
    found = dict(storage.found)
    if found.pop("directory", "") != directory:
        message = f"nobody has looked yet what {directory} of storage {storage.name} is on"
        raise PlanningError(Category.CONFLICT, message, f"Run: openqrm storage edit {storage.name}")
    return msgspec.convert(found, Beneath)
