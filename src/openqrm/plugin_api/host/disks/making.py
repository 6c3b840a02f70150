"""Make, clone and grow disks in files, and tell what their directory can. Python 3.9 or later, and qemu-img.

Started with VERB and SETTINGS; answer and SETTINGS are JSON; the verbs are at main(). What qemu-img is given has been
looked at, or was made here.

A clone shares all of its source: what the source holds becomes a layer that is never written again, and both go on as
overlays of it. A source that was not written since is no new layer.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from openqrm.plugin_api.host.disks.looking import LARGEST_BYTES, MIB, inspect, layers_of, look
from openqrm.plugin_api.host.disks.settling import create, tool
from openqrm.plugin_api.host.noting import Refused

SHARE = 0x40049409  # ioctl FICLONE
BLOCKS_BYTES = 256 * 1024


def look_at_directory(given: dict[str, Any]) -> dict[str, Any]:
    """Asked by trying, with files that have no name and leave none."""
    place = given["directory"]
    while not os.path.isdir(place):
        place = os.path.dirname(place)
    kind = subprocess.run(["stat", "-f", "-c", "%T", "--", place], stdout=subprocess.PIPE, check=True, text=True)
    return {"filesystem": kind.stdout.strip(), "shares": shares(place), "qcow2": has_qemu_img()}


def shares(place: str) -> bool:
    """Whether two files can be the same blocks: ioctl FICLONE."""
    try:
        with tempfile.TemporaryFile(dir=place) as one, tempfile.TemporaryFile(dir=place) as two:
            one.write(bytes(BLOCKS_BYTES))
            one.flush()
            fcntl.ioctl(two.fileno(), SHARE, one.fileno())
    except OSError:
        return False
    return True


def has_qemu_img() -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run(["qemu-img", "--version"], stdout=subprocess.DEVNULL, check=False).returncode == 0
    return False


def make(given: dict[str, Any]) -> None:
    with locked(given["path"]):
        if not os.path.lexists(given["path"]):
            create(given["path"], given["size_mib"] * MIB)


def clone(given: dict[str, Any]) -> None:
    source, path = given["source"], given["path"]
    with locked(path):
        if os.path.lexists(path):
            return
        seen = look(source)
        if seen["format"] != "qcow2":
            raise Refused(f"there is no {source}" if not seen["format"] else f"{source} is no qcow2")
        layer = seen["backing"] if seen["blank"] and seen["backing"] else become_layer(source, seen["size_bytes"])
        create(path, max(seen["size_bytes"], given["size_mib"] * MIB), layer)


def become_layer(source: str, size_bytes: int) -> str:
    """Broken off anywhere this goes on where it was: the number is the same file's, under either name."""
    name = os.path.basename(source).removesuffix(".qcow2")
    layer = f"{layers_of(source)}/{name}.{os.lstat(source).st_ino}.qcow2"
    if not os.path.lexists(layer):
        os.link(source, layer, follow_symlinks=False)
    elif not os.path.samefile(source, layer):
        raise Refused(f"{layer} is something else")
    create(source, size_bytes, layer)
    return layer


def grow(given: dict[str, Any]) -> None:
    with locked(given["path"]):
        if look(given["path"]).get("size_bytes", LARGEST_BYTES) < given["size_mib"] * MIB:
            tool("resize", "-q", "-f", "qcow2", given["path"], str(given["size_mib"] * MIB))


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """One at a time in this directory."""
    os.makedirs(layers_of(path), mode=0o700, exist_ok=True)
    with open(f"{layers_of(path)}/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def list_disks(given: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for entry in os.scandir(given["directory"]):
        if entry.name.endswith(".qcow2") and not entry.name.startswith("."):
            used = entry.stat(follow_symlinks=False).st_blocks * 512
            size = 0  # of what nobody should open
            with contextlib.suppress(Refused):
                size = inspect(entry.path)["size_bytes"]
            found.append({"name": entry.name.removesuffix(".qcow2"), "size_bytes": size, "used_bytes": used})
    return found


def sweep(given: dict[str, Any]) -> dict[str, Any]:
    """How many layers nobody stands on any more; they go unless this only looks."""
    top = given["directory"]
    layers = layers_of(f"{top}/any")
    places = [place for place in (top, layers, f"{top}/.trash") if os.path.isdir(place)]
    if layers not in places:
        return {"unused": 0}
    with locked(f"{top}/any"):
        disks = [entry.path for place in places for entry in os.scandir(place) if ".qcow2" in entry.name]
        try:
            beneath = {path: inspect(path).get("backing", "") for path in disks}
        except Refused:  # who knows what that one stands on
            return {"unused": 0}
        unused = list(list_unused(beneath, f"{layers}/"))
        for path in unused if not given["dry"] else []:
            os.unlink(path)
    return {"unused": len(unused)}


def list_unused(beneath: dict[str, str], layers: str) -> Iterator[str]:
    """A layer may be all that another one is needed by."""
    while unused := [path for path in beneath if path.startswith(layers) and path not in beneath.values()]:
        for path in unused:
            del beneath[path]
        yield from unused


def main() -> None:
    verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
        "directory": look_at_directory, "look": lambda given: look(given["path"]), "list": list_disks,
        "make": make, "clone": clone, "grow": grow, "sweep": sweep,
    }  # fmt: skip
    try:
        said = verbs[sys.argv[1]](json.loads(sys.argv[2]))
    except (Refused, OSError) as error:
        sys.exit(str(error))
    print(json.dumps(said))  # noqa: T201 # this is its answer


main()
