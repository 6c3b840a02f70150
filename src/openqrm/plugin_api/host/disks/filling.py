"""Fill an empty disk from one in a file, of any origin. Python 3.9 or later, and qemu-img for format qcow2."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from functools import partial
from typing import IO, Any

from openqrm.plugin_api.host.disks.devices import is_blank, opened_device, wipe
from openqrm.plugin_api.host.disks.looking import LOOK_CPU_S, MIB, confined, inspect, opened, parse
from openqrm.plugin_api.host.disks.pouring import Progress, check_digest, pour, pour_over
from openqrm.plugin_api.host.disks.settling import create, making_of, settle, tool
from openqrm.plugin_api.host.filling import Place, demand_unused, put_away, serve
from openqrm.plugin_api.host.noting import Refused

FILL_CPU_S = 3600


class File:
    """A disk in a file: the new one is made beside it, and comes to its place whole."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.path, self.size_bytes = given, given["target"], given["most_bytes"]
        self.making, self.is_raw = making_of(self.path), not self.path.endswith(".qcow2")

    def check(self) -> None:
        check_source(self.given)

    def is_empty(self) -> bool:
        if not os.path.lexists(self.path):
            raise Refused(f"there is no {self.path}")
        seen = inspect(self.path)
        return bool(seen["blank"]) and not seen.get("backing")

    def empty(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.making)
        if os.path.lexists(self.path) and not self.is_empty():
            put_away(self.path, self.given["trash"])
        if not os.path.lexists(self.path):
            self.make_empty()

    def make_empty(self) -> None:
        if not self.is_raw:
            create(self.path, self.size_bytes)
            return
        with open(self.making, "wb") as disk:
            disk.truncate(self.size_bytes)
        settle(self.making, self.path)

    def fill(self, tell: Callable[[int, int], None]) -> dict[str, Any]:
        with opened(self.given["source"]) as source, self.opened_making() as target:
            poured(pour, source, target.fileno(), self.given, tell)
            target.truncate(self.size_bytes)
            if not self.is_raw:
                through = f"/proc/self/fd/{target.fileno()}"
                tool("convert", "-f", "raw", "-O", "qcow2", through, self.making, keep=target.fileno())
        if not self.is_empty():
            raise Refused(f"{self.path} was written to meanwhile")
        settle(self.making, self.path)
        return {"source": self.given["source"]}

    def opened_making(self) -> IO[bytes]:
        """What is poured into; a qcow2 is made of it."""
        return open(self.making, "w+b") if self.is_raw else tempfile.TemporaryFile(dir=os.path.dirname(self.path))


class Device:
    """A disk that is a device, as a logical volume is: written in place."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.path = given, given["target"]

    def check(self) -> None:
        check_source(self.given)

    def is_empty(self) -> bool:
        return is_blank(self.path)

    def empty(self) -> None:
        """As far as it has to be to be taken for empty; filling it writes all of it."""
        if not self.is_empty():
            demand_unused(self.given)
            wipe(self.path)

    def fill(self, tell: Callable[[int, int], None]) -> dict[str, Any]:
        with opened(self.given["source"]) as source, opened_device(self.path) as target:
            poured(pour_over, source, target, self.given, tell)
            os.fsync(target)
        return {"source": self.given["source"]}


def poured(
    how: Callable[[int, int, dict[str, Any], Progress], dict[str, Any]],
    source: int, target: int, given: dict[str, Any], tell: Callable[[int, int], None],
) -> None:  # fmt: skip
    """All of it is there. Raises Refused."""
    seen = inspect_source(source, given["most_bytes"])
    check(source, given["sha256"], tell)
    progress = Progress()
    work = partial(how, source, target, seen, progress)
    confined(work, (source, target), FILL_CPU_S, given["most_bytes"], lambda: tell(progress.read(), seen["size_bytes"]))


def check(source: int, digest: str, tell: Callable[[int, int], None]) -> None:
    """Raises Refused. It is read once more for it, which is told of as a first pass."""
    progress, size = Progress(), os.fstat(source).st_size
    if digest:
        work = partial(check_digest, source, digest, progress)
        confined(work, (source,), FILL_CPU_S, meanwhile=lambda: tell(progress.read(), size))


def check_source(given: dict[str, Any]) -> None:
    with opened(given["source"]) as source:
        inspect_source(source, given["most_bytes"])


def inspect_source(source: int, most_bytes: int) -> dict[str, Any]:
    """What it is. Raises Refused for what nobody should pour, or what does not fit."""
    seen = confined(lambda: parse(source), (source,), LOOK_CPU_S)
    if seen.get("odd"):
        raise Refused(seen["odd"])
    if seen.get("backing"):
        raise Refused(f"it stands on another file, {seen['backing'][:200]}")
    if seen["size_bytes"] > most_bytes:
        raise Refused(f"it is a disk of {seen['size_bytes'] // MIB} MiB, and the volume has {most_bytes // MIB} MiB")
    if seen.get("zstd"):
        raise Refused("it is packed by zstd: convert it first (qemu-img convert -O qcow2)")
    return seen


def place_of(given: dict[str, Any]) -> Place:
    return Device(given) if given["in_place"] else File(given)


serve(place_of)
