"""Volumes that are logical volumes of a volume group, bare or with a file system that their host mounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.storage import Volume
from openqrm.plugin_api.actions import COPY_TIMEOUT_S
from openqrm.plugin_api.drivers import VolumeFacts
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.storage.filling import fill_disk, fill_folder
from openqrm.plugin_api.storage.halves import QUICK_S, Work
from openqrm.plugin_api.storage.making import lvm
from openqrm.plugin_api.storage.making.adopt import FOUND, LEFT, AdoptLogical, ForgetLogical
from openqrm.plugin_api.storage.making.logical import CloneLogical, GrowLogical, MakeLogical
from openqrm.plugin_api.storage.making.mounted import FormatVolume, Mount, MountVolume, UnmountVolume
from openqrm.plugin_api.storage.making.put_away import PurgeLogical, PutAwayLogical, TakeBackLogical
from openqrm.ports.world import Host

_RESERVED = ("snapshot", "pvmove", "deleted-")  # the first two are LVM's own, the last one is ours


@dataclass(frozen=True)
class LogicalVolumes:
    """Making: each volume a logical volume, whose file system is the affair of the machine that it is granted to."""

    content: ClassVar[Content] = Content.DISK
    host: str
    group: str
    pool: str  # thin pool; empty: volumes take their space at once, and a clone is a whole copy

    def path(self, volume: Volume) -> str:
        return lvm.device(self.group, volume.name)

    def create(self, volume: Volume) -> tuple[Work, ...]:
        _check(volume)
        removed = removed_name(volume)
        if not volume.source:
            make = MakeLogical(self.host, self.group, self.pool, volume.name, removed, volume.size_mib)
            return (Work(make, "the volume is a logical volume"),)
        clone = CloneLogical(
            self.host, self.group, self.pool, volume.name, removed, volume.source, volume.size_mib
        )  # fmt: skip
        deadline_s = QUICK_S if self.pool else COPY_TIMEOUT_S
        return (Work(clone, f"it is a clone of {volume.source}", deadline_s=deadline_s),)

    def adopt(self, volume: Volume) -> tuple[Work, ...]:
        _check_name(volume)
        return (Work(AdoptLogical(*self._adopted(volume)), FOUND),)

    def forget(self, volume: Volume) -> tuple[Work, ...]:
        return (Work(ForgetLogical(*self._adopted(volume)), LEFT),)

    def _adopted(self, volume: Volume) -> tuple[str, ...]:
        return (
            self.host, volume.storage, volume.name, volume.source, self.group, self.pool, self.holds
        )  # fmt: skip

    @property
    def holds(self) -> str:
        """The file system that is on each of them; empty: any, or none."""
        return ""

    def remove(self, volume: Volume) -> tuple[Work, ...]:
        away = PutAwayLogical(self.host, self.group, volume.name, removed_name(volume))
        return (Work(away, "it can be had back until it is purged"),)

    def restore(self, volume: Volume) -> tuple[Work, ...]:
        back = TakeBackLogical(self.host, self.group, volume.name, removed_name(volume))
        return (Work(back, "it is still there, put away"),)

    def purge(self, volume: Volume) -> tuple[Work, ...]:
        purge = PurgeLogical(self.host, self.group, volume.name, removed_name(volume))
        return (Work(purge, "its space is wanted back"),)

    def resize(self, volume: Volume, size_mib: int) -> tuple[Work, ...]:
        grow = GrowLogical(self.host, self.group, volume.name, size_mib, self.mountpoint(volume))
        return (Work(grow, f"it has {volume.size_mib} MiB so far"),)

    def mountpoint(self, volume: Volume) -> str:
        """Where the host itself mounts it; empty: nowhere."""
        return ""

    def fill(self, volume: Volume, source: str, sha256: str) -> tuple[Work, ...]:
        return (fill_disk(self.host, volume, self.path(volume), "", source, sha256),)

    def list_volumes(self, host: Host) -> list[VolumeFacts]:
        found = lvm.list_logical(host, self.group)
        return [_facts(each) for each in found if not each.is_pool and not each.is_put_away]


@dataclass(frozen=True)
class MountedLogicalVolumes(LogicalVolumes):
    """Making: the same with a file system, mounted below `directory`, for protocols that export folders."""

    content: ClassVar[Content] = Content.FILES
    directory: str
    filesystem: str

    def path(self, volume: Volume) -> str:
        return self.mountpoint(volume)

    def mountpoint(self, volume: Volume) -> str:
        return f"{self.directory}/{volume.name}"

    @property
    def holds(self) -> str:
        return self.filesystem

    def create(self, volume: Volume) -> tuple[Work, ...]:
        work, mount, mounting = super().create(volume), self._mount(volume), self._mounting(volume)
        if volume.source:
            return (*work, mounting)
        form = Work(FormatVolume(self.host, mount), "it is empty", "format")
        return (*work, form, mounting)

    def adopt(self, volume: Volume) -> tuple[Work, ...]:
        return (*super().adopt(volume), self._mounting(volume))

    def forget(self, volume: Volume) -> tuple[Work, ...]:
        unmounting = Work(UnmountVolume(self.host, self._mount(volume)), "nobody here uses it any more", "unmount")
        return (unmounting, *super().forget(volume))

    def remove(self, volume: Volume) -> tuple[Work, ...]:
        return (
            Work(UnmountVolume(self.host, self._mount(volume)), "what is mounted cannot be put away", "unmount"),
            *super().remove(volume),
        )

    def restore(self, volume: Volume) -> tuple[Work, ...]:
        return (*super().restore(volume), self._mounting(volume))

    def fill(self, volume: Volume, source: str, sha256: str) -> tuple[Work, ...]:
        return (fill_folder(self.host, volume, self.path(volume), "", source, sha256),)

    def _mounting(self, volume: Volume) -> Work:
        return Work(MountVolume(self.host, self._mount(volume)), "folders are exported, not disks", "mount")

    def _mount(self, volume: Volume) -> Mount:
        return Mount(volume.name, lvm.device(self.group, volume.name), self.mountpoint(volume), self.filesystem)


def removed_name(volume: Volume) -> str:
    """What it is called when it is put away; the number tells namesakes apart."""
    return f"deleted-{volume.name}.{volume.id}"


def _check(volume: Volume) -> None:
    if volume.size_mib <= 0:
        raise PlanningError(Category.BAD_INPUT, f"volume {volume.name} has no size", "Say how many MiB it has.")
    _check_name(volume)


def _check_name(volume: Volume) -> None:
    if volume.name.startswith(_RESERVED):
        message = f"a logical volume cannot be called {volume.name}"
        raise PlanningError(Category.BAD_INPUT, message, f"Do not begin its name with {', '.join(_RESERVED)}.")


def _facts(found: lvm.LogicalVolume) -> VolumeFacts:
    return VolumeFacts(name=found.name, size_mib=found.size_bytes // 2**20, used_mib=found.used_bytes // 2**20)
