"""Fill an empty disk in a file from another one of any origin. Python 3.9 or later, and qemu-img for format qcow2.

Started with VERB and SETTINGS: {"source", "target", "note", "trash", "sha256", "most_bytes"}.

`fits` looks at the source, and refuses what would not be poured; `start` leaves a worker behind that writes how far it
is into the note and holds a lock on it; `look` tells, as JSON; `clear` ends the worker and makes the disk empty again,
what it holds going to the trash.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

from openqrm.plugin_api.host.disks.looking import LOOK_CPU_S, MIB, confined, inspect, opened, parse
from openqrm.plugin_api.host.disks.pouring import Progress, check_digest, pour
from openqrm.plugin_api.host.disks.settling import create, making_of, settle, tool
from openqrm.plugin_api.host.noting import Note, Refused, leave_worker

FILL_CPU_S = 3600


def look(given: dict[str, Any]) -> dict[str, Any]:
    """What is so, and nothing is changed by it."""
    if os.path.exists(given["note"]):
        return Note(given["note"]).seen()
    if not os.path.lexists(given["target"]):
        raise Refused(f"there is no {given['target']}")
    return {"state": "empty" if is_empty(given["target"]) else "foreign"}


def fits(given: dict[str, Any]) -> None:
    with opened(given["source"]) as source:
        inspect_source(source, given["most_bytes"])


def start(given: dict[str, Any]) -> None:
    fits(given)
    note = Note(given["note"])
    if not note.lock():
        return  # it is at work
    before = note.read()
    if before.get("state") == "filled":
        return
    if not before and not is_empty(given["target"]):
        os.unlink(given["note"])
        raise Refused(f"{given['target']} is not empty")
    empty(given)
    leave_worker(note, lambda tell: fill(given, tell))


def clear(given: dict[str, Any]) -> None:
    if not os.path.exists(given["note"]):
        return
    Note(given["note"]).end_worker()
    empty(given)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(making_of(given["target"]))
    os.unlink(given["note"])


def empty(given: dict[str, Any]) -> None:
    """What the disk holds goes to the trash, whole or not: since a worker ended, a machine may have written to it."""
    path = given["target"]
    if os.path.lexists(path) and not is_empty(path):
        put_away(path, given["trash"])
    if not os.path.lexists(path):
        make_empty(path, given["most_bytes"])


def is_empty(path: str) -> bool:
    seen = inspect(path)
    return bool(seen["blank"]) and not seen.get("backing")


def put_away(path: str, trash: str) -> None:
    """What is there already is kept beside it."""
    os.makedirs(trash, mode=0o700, exist_ok=True)
    name, number = os.path.basename(path), len(os.listdir(trash))
    os.rename(path, os.path.join(trash, f"{name}.{number}" if number else name))


def make_empty(path: str, size_bytes: int) -> None:
    if path.endswith(".qcow2"):
        create(path, size_bytes)
        return
    with open(making_of(path), "wb") as disk:
        disk.truncate(size_bytes)
    settle(making_of(path), path)


def fill(given: dict[str, Any], tell: Callable[[int, int], None]) -> dict[str, Any]:
    """What the source holds is on the disk, whole, where an empty one was."""
    path, whole = given["target"], given["most_bytes"]
    making, raw = making_of(path), not path.endswith(".qcow2")
    with opened(given["source"]) as source:
        seen = inspect_source(source, whole)
        check(source, given["sha256"], tell)
        with open(making, "w+b") if raw else tempfile.TemporaryFile(dir=os.path.dirname(path)) as target:
            progress = Progress()
            pouring = partial(pour, source, target.fileno(), seen, progress)
            confined(pouring, FILL_CPU_S, whole, lambda: tell(progress.read(), seen["size_bytes"]))
            target.truncate(whole)
            if not raw:
                through = f"/proc/self/fd/{target.fileno()}"
                tool("convert", "-f", "raw", "-O", "qcow2", through, making, keep=target.fileno())
    settle(making, path)
    return {"source": given["source"]}


def check(source: int, digest: str, tell: Callable[[int, int], None]) -> None:
    """Raises Refused. It is read once more for it, which is told of as a first pass."""
    progress, size = Progress(), os.fstat(source).st_size
    if digest:
        confined(partial(check_digest, source, digest, progress), FILL_CPU_S, 0, lambda: tell(progress.read(), size))


def inspect_source(source: int, most_bytes: int) -> dict[str, Any]:
    """What it is. Raises Refused for what nobody should pour, or what does not fit."""
    seen = confined(lambda: parse(source), LOOK_CPU_S, 0)
    if seen.get("odd"):
        raise Refused(seen["odd"])
    if seen.get("backing"):
        raise Refused(f"it stands on another file, {seen['backing'][:200]}")
    if seen["size_bytes"] > most_bytes:
        raise Refused(f"it is a disk of {seen['size_bytes'] // MIB} MiB, and the volume has {most_bytes // MIB} MiB")
    if seen.get("zstd"):
        raise Refused("it is packed by zstd: convert it first (qemu-img convert -O qcow2)")
    return seen


def main() -> None:
    verbs: dict[str, Callable[[dict[str, Any]], Any]] = {"fits": fits, "start": start, "look": look, "clear": clear}
    try:
        said = verbs[sys.argv[1]](json.loads(sys.argv[2]))
    except (Refused, OSError) as error:
        sys.exit(str(error))
    print(json.dumps(said))  # noqa: T201 # this is its answer


main()
