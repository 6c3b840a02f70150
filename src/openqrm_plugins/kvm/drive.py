"""What may be in a VM's drive: ISO images from folders of its host that the administrator names, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.plugin_api import Category, IsoFacts, PlanningError, Satisfied, Seen, StepError, World
from openqrm.plugin_api.actions import find_kind

MOST_DEEP = 3  # folders below folders that are looked through
_IN_ENGLISH = {"LC_ALL": "C"}
_TOLD = re.compile(r"(\d{1,18}) (/[^\x00-\x1f\x7f\ufffd]{1,199})")  # no longer path than an intent takes
_CHOOSE = "openqrm host isos {} lists those that may."


def folders_around(host: str, iso: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the folders that this path leads into, as far as its words go. Raises PlanningError when none is."""
    if str(PurePosixPath(iso)) != iso or not iso.startswith("/") or ".." in PurePosixPath(iso).parts:
        raise PlanningError(Category.BAD_INPUT, f"{iso!r} is no whole path to an ISO image", _CHOOSE.format(host))
    if not folders:
        hint = """An administrator names folders of the hosts: openqrm plugin set kvm 'iso_folders=["/srv/iso"]'."""
        raise PlanningError(Category.REFUSED, "VMs have no ISO images: kvm's setting iso_folders is empty", hint)
    around = tuple(folder for folder in folders if iso.startswith(f"{folder}/"))
    if not around:
        message = f"{iso} is not in a folder that VMs may have ISO images from"
        raise PlanningError(Category.REFUSED, message, f"Put it into {' or '.join(folders)} on {host}.")
    return around


@dataclass(frozen=True)
class InspectIso:
    """The image is a file in one of these folders of the host, and not just called so: no link leads out of them."""

    name: ClassVar[str] = "kvm.inspect-iso"
    host: str
    path: str
    folders: tuple[str, ...]

    def describe(self) -> str:
        return f"See that {self.path} on {self.host} is a file there"

    def touches(self) -> tuple[str, ...]:
        return ()

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        path, folders = self._resolved(world)
        if not any(path.is_relative_to(folder) for folder in folders):
            message = f"{self.path} on {self.host} leads to {path}, out of its folder"
            raise StepError(Category.REFUSED, message, _CHOOSE.format(self.host))
        if (kind := find_kind(world.host(self.host), str(path))) != "regular file":
            message = f"{self.path} on {self.host} is no ISO image: it is a {kind[:40] or 'dead link'}"
            raise StepError(Category.REFUSED, message, _CHOOSE.format(self.host))
        return Satisfied(f"{self.path} is a file")

    def ensure(self, world: World) -> None:
        """Nothing: only what was seen counts."""

    def _resolved(self, world: World) -> tuple[PurePosixPath, list[PurePosixPath]]:
        """Without any symbolic link. The folders may be some themselves: their administrator has named them."""
        argv = ("realpath", "--canonicalize-existing", "--zero", "--", self.path, *self.folders)
        done = world.host(self.host).run(argv, environment=_IN_ENGLISH)
        if done.status and "No such file" in done.err:
            raise StepError(Category.NOT_FOUND, f"there is no {self.path} on {self.host}", _CHOOSE.format(self.host))
        if done.status:
            message = f"{self.path} on {self.host} leads nowhere: {done.err.strip()[-200:]}"
            raise StepError(Category.REFUSED, message, _CHOOSE.format(self.host))
        told = done.out.removesuffix("\0").split("\0")
        if len(told) != 1 + len(self.folders) or not all(each.startswith("/") for each in told):
            raise StepError(Category.UNAVAILABLE, f"realpath on {self.host} said {done.out[:80]!r}", "Retry.")
        path, *folders = map(PurePosixPath, told)
        return path, folders


def list_isos(world: World, host: str, folders: tuple[str, ...]) -> list[IsoFacts]:
    """Files there that are called like ISO images. A folder that the host does not have is an empty one."""
    if not folders:
        return []
    which = ("-maxdepth", str(MOST_DEEP), "-type", "f", "-iname", "*.iso", "-printf", r"%s %p\0")
    done = world.host(host).run(("find", "-H", *folders, *which), environment=_IN_ENGLISH)
    if failures := [line for line in done.err.splitlines() if not line.endswith(": No such file or directory")]:
        message = f"{host} does not list its ISO images: {failures[-1][:200]}"
        raise StepError(Category.REFUSED, message, "Log in to the host and look at these folders.")
    found = {parts[2]: int(parts[1]) for each in done.out.split("\0") if (parts := _TOLD.fullmatch(each))}
    return [IsoFacts(name=path, size_bytes=size_bytes) for path, size_bytes in sorted(found.items())]
