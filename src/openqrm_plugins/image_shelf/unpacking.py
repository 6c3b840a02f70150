"""From an entry of a shelf to an image that can be started: volume, kernel, content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from openqrm.plugin_api import (
    SELF,
    Category,
    Facts,
    Image,
    Intent,
    Kernel,
    Plan,
    PlanningError,
    Record,
    Role,
    Step,
    Storage,
    Volume,
    refers_to,
)
from openqrm.plugin_api.actions import PrepareKernel, put
from openqrm.plugin_api.filling import plan_filling
from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.planning import Planning
from openqrm_plugins.image_shelf.catalogue import Entry, KernelPackage, Shelf
from openqrm_plugins.image_shelf.fetching import DropArchive, FetchArchive, Fetching, Login
from openqrm_plugins.image_shelf.settings import Settings

Size = Annotated[int, Meta(ge=0, le=1 << 40)]
FETCH_S = 7 * 3600.0  # the worker gives up before that
PREPARE_S = 600.0
ELSEWHERE = "Archives are unpacked on storages by NFS, whence other images are installed at their boot; disks on disks."


class UnpackEntry(Intent, noun="shelf", verb="unpack", role=Role.ADMINISTRATOR):
    """Unpack an entry of a shelf into a new volume, as a new image.

    The storage's own machine fetches the archive, checks it and unpacks it: what leads out of the volume is refused,
    devices are left out. A disk in a file goes onto a volume that is a disk, which has to be big enough. The kernel
    that comes with the entry is added, unless it is here already.
    """

    name: Annotated[Name, refers_to("shelf"), Meta(description="the shelf")]
    entry: Annotated[Name, refers_to("entry"), Meta(description="what to unpack of it")]
    image: Annotated[Name, Meta(description="a name for the image and its volume")]
    storage: Annotated[Name, refers_to("storage"), Meta(description="the storage")]
    size_mib: Annotated[Size, Meta(description="size of the volume in MiB; 0: as the storage likes")] = 0
    kernel: Annotated[Name | None, Meta(description="a name for its kernel; otherwise as the entry is called")] = None


@dataclass(frozen=True)
class _Wish:
    intent: UnpackEntry
    shelf: Shelf
    entry: Entry
    storage: Storage
    volume: Volume

    def fetching(self, host: str, what: Entry | KernelPackage, spool: str, name: str) -> Fetching:
        """What goes to a folder of its own on this host."""
        login = Login(self.shelf.source, self.shelf.user, self.shelf.password)
        folder = f"{spool}/{self.volume.name}.{self.volume.id}.{name.partition('.')[0]}"
        return Fetching(
            host=host, volume=self.volume.name, shelf=login, file=what.file, folder=folder, name=name,
            size_bytes=what.size_bytes, sha256=what.sha256,
        )  # fmt: skip

    def origin(self, what: Entry | KernelPackage) -> str:
        """As records tell it; a kernel is known again by its digest."""
        return f"{what.file} of shelf {self.intent.name}, SHA-256 {what.sha256}"


def plan_unpack(intent: UnpackEntry, planning: Planning) -> Plan:
    """The volume is filled last, when all else that can fail has been done; then the archives are dropped."""
    wish, spool = _parse(intent, planning), planning.settings.spool
    archive = wish.fetching(wish.storage.resource, wish.entry, spool, f"archive{_suffix(wish.entry.file)}")
    filling = _fill(wish, archive, planning)
    volume, image = _records(wish, planning)
    content = (*volume, image, _fetch(archive, "fetch-archive", "it is unpacked where it is needed"))
    kernel, fetched = _kernel(wish, planning)
    steps = [*_row(content), *_row(kernel), *_row(filling, *(row[-1].id for row in (content, kernel) if row))]
    drops = [_drop(each, f"drop-{each.name.partition('.')[0]}", steps[-1].id) for each in (archive, *fetched)]
    return Plan(
        title=f"Unpack {wish.entry.name} of shelf {intent.name} as image {intent.image} on {wish.storage.name}",
        steps=(*steps, *drops),
        intent=f"{intent.noun}.{intent.verb}",
        locks=(f"image/{intent.image}",),
        topic_done="image.created",
        about=f"image/{intent.image}",
    )


def get_shelf(name: str, settings: Settings) -> Shelf:
    """Raises PlanningError `not_found`."""
    if found := settings.shelves.get(name):
        return found
    known = ", ".join(sorted(settings.shelves)) or "none"
    raise PlanningError(Category.NOT_FOUND, f"there is no shelf {name}", f"The shelves are: {known}.")


def find_kernel(package: KernelPackage, facts: Facts) -> Kernel | None:
    """The kernel that was made of this very package."""
    return next((each for each in facts.list(Kernel) if package.sha256 in each.comment), None)


def _parse(intent: UnpackEntry, planning: Planning) -> _Wish:
    shelf, facts = get_shelf(intent.name, planning.settings), planning.facts
    entry = next((each for each in shelf.catalogue.entries if each.name == intent.entry), None)
    if entry is None:
        message = f"the shelf {intent.name} has no {intent.entry}"
        raise PlanningError(Category.NOT_FOUND, message, f"See: openqrm entry list --shelf {intent.name}")
    storage = facts.get(Storage, intent.storage)
    for kind in (Volume, Image):
        _demand_free(kind, intent.image, facts, "Choose another name.")
    # the stamp stands for its number, which nobody knows yet, to tell namesakes apart
    volume = Volume(name=intent.image, id=planning.stamp, storage=storage.name, size_mib=intent.size_mib)
    return _Wish(intent, shelf, entry, storage, volume)


def _records(wish: _Wish, planning: Planning) -> tuple[tuple[Step, ...], Step]:
    entry, volume = wish.entry, wish.volume
    image = Image(
        name=volume.name, volume=volume.name, os=entry.os, os_version=entry.os_version, comment=wish.origin(entry)
    )
    known = find_kernel(entry.kernel, planning.facts) if entry.kernel else None
    why = f"its kernel is here as {known.name}" if known else "it was asked for"
    record = put(volume, None, f"Create volume {volume.name}")
    made = planning.drivers.storage(wish.storage).plan_create(wish.storage, volume)
    return (
        (Step(id="volume", action=record, why="what is written down first can be taken back"), *made),
        Step(id="image", action=put(image, None, f"Create image {image.name}"), why=why),
    )


def _kernel(wish: _Wish, planning: Planning) -> tuple[tuple[Step, ...], tuple[Fetching, ...]]:
    """Steps that add the entry's kernel, and what they fetch for it; none when it has none, or it is here."""
    package, facts = wish.entry.kernel, planning.facts
    if package is None or find_kernel(package, facts):
        return (), ()
    name = wish.intent.kernel or wish.entry.name
    _demand_free(Kernel, name, facts, "It is another one than the entry's: give that a name (kernel).")
    fetching = wish.fetching(SELF, package, planning.settings.spool, "kernel.deb")
    directory = f"{planning.base_directory}/kernels/{name}"
    record = Kernel(name=name, directory=directory, comment=wish.origin(package), default=not facts.list(Kernel))
    why = "machines boot from its files"
    files = Step(id="kernel-files", action=PrepareKernel(directory, fetching.path), why=why, deadline_s=PREPARE_S)
    kernel = Step(id="kernel", action=put(record, None, f"Create kernel {name}"), why="the entry is made for it")
    return (_fetch(fetching, "fetch-kernel", "the entry is made for it"), files, kernel), (fetching,)


def _fill(wish: _Wish, archive: Fetching, planning: Planning) -> tuple[Step, ...]:
    """Steps that unpack it."""
    driver, storage = planning.drivers.storage(wish.storage), wish.storage
    return plan_filling(driver, storage, wish.volume, archive.path, archive.sha256, ELSEWHERE)


def _fetch(fetching: Fetching, id_: str, why: str) -> Step:
    return Step(id=id_, action=FetchArchive(fetching), why=why, host=fetching.host, deadline_s=FETCH_S)


def _drop(fetching: Fetching, id_: str, need: str) -> Step:
    why = "nobody needs it any more"
    return Step(id=id_, action=DropArchive(fetching), why=why, host=fetching.host, needs=(need,), optional=True)


def _row(steps: Iterable[Step], *needs: str) -> tuple[Step, ...]:
    """Each after the one before, unless it says itself what it needs."""
    row: list[Step] = []
    for step in steps:
        row.append(replace(step, needs=step.needs or needs))
        needs = (step.id,)
    return tuple(row)


def _suffix(file: str) -> str:
    return file[file.rindex(".tar") :] if ".tar" in file else file[file.rindex(".") :]


def _demand_free(kind: type[Record], name: str, facts: Facts, hint: str) -> None:
    if facts.find(kind, name) is not None:
        raise PlanningError(Category.CONFLICT, f"{kind.kind} {name} is there already", hint)
