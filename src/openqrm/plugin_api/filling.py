"""What a storage driver offers beside its kind when it can fill a volume from a file or folder of its own machine."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath
from typing import Protocol, runtime_checkable

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Step
from openqrm.domain.storage import Storage, Volume


class Content(StrEnum):
    """What a volume is filled from."""

    FILES = "an archive or a folder"
    DISK = "a disk in a file"


_BY_SUFFIX = {
    Content.FILES: (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst"),
    Content.DISK: (".qcow2", ".raw", ".img", ".vmdk", ".vdi", ".vhd", ".vhdx"),
}


@runtime_checkable
class FillsVolumes(Protocol):
    """Filling happens where the data is: nothing of it goes through openQRM."""

    def fills_from(self, storage: Storage) -> frozenset[Content]:
        """What it takes on this storage; nothing where it cannot fill at all."""
        ...

    def plan_fill(self, storage: Storage, volume: Volume, source: str, sha256: str) -> tuple[Step, ...]:
        """Steps that put what this source holds into the empty volume; `sha256` is of the file, or empty.

        What was in an archive must not be able to write or to link outside of the volume, nor to grow beyond it.
        """
        ...


def plan_filling(
    driver: object, storage: Storage, volume: Volume, source: str, sha256: str, hint: str
) -> tuple[Step, ...]:
    """The driver's steps. Raises PlanningError, with this hint, when the storage does not take what this is by name."""
    takes = driver.fills_from(storage) if isinstance(driver, FillsVolumes) else frozenset[Content]()
    if not isinstance(driver, FillsVolumes) or not takes:
        raise PlanningError(Category.UNSUPPORTED, f"{storage.type} cannot fill volumes by itself", hint)
    content = find_content(source)
    if content and content not in takes:
        message = f"{PurePosixPath(source).name} is {content}, and {storage.type} fills volumes from "
        raise PlanningError(Category.UNSUPPORTED, message + " or ".join(sorted(takes)), hint)
    return driver.plan_fill(storage, volume, source, sha256)


def find_content(source: str) -> Content | None:
    """What a source is by its name; None when that does not tell, as with a folder."""
    return next((content for content, ends in _BY_SUFFIX.items() if source.lower().endswith(ends)), None)
