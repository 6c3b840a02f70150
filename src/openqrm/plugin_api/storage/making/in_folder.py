"""What volumes have in common that each are one file or folder below a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.plan import Irreversible
from openqrm.domain.storage import Volume
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, PutAway, TakeBack
from openqrm.plugin_api.storage.halves import Work
from openqrm.plugin_api.storage.making.adopt import FOUND, LEFT, AdoptPlace, ForgetPlace
from openqrm.plugin_api.storage.making.purge import TRASH, Purge


@dataclass(frozen=True)
class InFolder:
    """Of a Making: where they are, and how they go and come back."""

    suffix: ClassVar[str] = ""
    form: ClassVar[str] = "folder"  # or raw, or qcow2
    host: str
    directory: str

    def path(self, volume: Volume) -> str:
        return self.path_of(volume.name)

    def path_of(self, name: str) -> str:
        """By its name alone: of what another one is cloned from."""
        return f"{self.directory}/{name}{self.suffix}"

    def trash(self, volume: Volume) -> str:
        """Where it goes when it is removed; `id` tells namesakes apart there."""
        return f"{self.directory}/{TRASH}/{volume.name}{self.suffix}.{volume.id}"

    def adopt(self, volume: Volume) -> tuple[Work, ...]:
        adopt = AdoptPlace(self.host, volume.storage, volume.name, volume.source, self.path(volume), self.form)
        return (Work(adopt, FOUND),)

    def forget(self, volume: Volume) -> tuple[Work, ...]:
        forget = ForgetPlace(self.host, volume.storage, volume.name, volume.source, self.path(volume), self.form)
        return (Work(forget, LEFT),)

    def remove(self, volume: Volume) -> tuple[Work, ...]:
        away = PutAway(self.host, volume.name, self.path(volume), self.trash(volume))
        return (Work(away, "it can be had back until it is purged"),)

    def restore(self, volume: Volume) -> tuple[Work, ...]:
        back = TakeBack(self.host, volume.name, self.path(volume), self.trash(volume))
        return (Work(back, "it is still in the trash"),)

    def purge(self, volume: Volume) -> tuple[Work, ...]:
        purge = Purge(self.host, volume.name, self.trash(volume))
        return (Work(purge, "its space is wanted back", deadline_s=COPY_TIMEOUT_S),)


@dataclass(frozen=True)
class NewInFolder:
    """Of an action that makes one, at `path`: taken back, it is put away as `trash`."""

    host: str
    volume: str
    path: str
    trash: str

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> PutAway:
        return PutAway(self.host, self.volume, self.path, self.trash)


@dataclass(frozen=True)
class GrownInFolder:
    """Of an action that makes a disk bigger."""

    host: str
    volume: str
    path: str
    size_mib: int

    def describe(self) -> str:
        return f"Extend {self.path} on {self.host} to {self.size_mib} MiB"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("a volume that was made smaller would lose data; the space stays with it")
