"""Tell whether what lies at a path can become a volume as it is: of the form that is wanted, and used by nobody.

Started with `see` and SETTINGS; answer and SETTINGS are JSON. `form` is folder, raw or qcow2; of a device LVM tells all
but what the host itself would use it for. Python 3.9 or later.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from openqrm.plugin_api.host.disks.looking import MIB, look, opened
from openqrm.plugin_api.host.noting import Refused

TABLES = {"/etc/fstab": (0, 1), "/etc/crypttab": (1,)}  # and in which columns they have what they use
EXPORTS_OF_KERNEL = "/var/lib/nfs/etab"
EXPORTS_OF_GANESHA = (
    "dbus-send", "--system", "--print-reply", "--reply-timeout=10000", "--dest=org.ganesha.nfsd",
    "/org/ganesha/nfsd/ExportMgr", "org.ganesha.nfsd.exportmgr.ShowExports",
)  # fmt: skip


class Mount(NamedTuple):
    """As /proc/self/mountinfo has it: `root` is the folder of its file system that is at `point`."""

    device: str
    root: str
    point: str


def see(given: dict[str, Any]) -> dict[str, int]:
    """Its size. Raises Refused."""
    path, form = os.path.realpath(os.path.dirname(given["path"])), given["form"]
    path = os.path.join(path, os.path.basename(given["path"]))
    if not os.path.lexists(path):
        raise Refused(f"there is no {path}")
    refuse_named(path, tags_of(path) if form == "device" else frozenset())
    if form == "device":
        return {"size_bytes": 0}
    size_bytes = see_folder(path) if form == "folder" else see_disk(path, form)
    refuse_mounted(path)
    refuse_exported(path)
    refuse_opened(path)
    if form != "folder":
        refuse_held(path)
    return {"size_bytes": size_bytes}


def see_folder(path: str) -> int:
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        raise Refused(f"{path} is no folder")
    return 0


def see_disk(path: str, form: str) -> int:
    seen = look(path)
    if seen["format"] != form:
        raise Refused(f"{path} is a disk of format {seen['format']}, and those of this storage are {form}")
    if seen.get("odd"):
        raise Refused(seen["odd"])
    if os.lstat(path).st_nlink > 1:
        raise Refused(f"{path} has another name beside this one")
    if seen["size_bytes"] < MIB:
        raise Refused(f"{path} has less than a MiB, and is no disk")
    return int(seen["size_bytes"])


def refuse_named(path: str, tags: frozenset[str]) -> None:
    """By what uses it when the host starts, or when somebody says so: by its path, another one, or a tag."""
    place = os.path.realpath(path)
    for table, columns in TABLES.items():
        for named in [words[at].replace('"', "") for words in lines_of(table) for at in columns if at < len(words)]:
            if named in tags or (named.startswith("/") and is_within(os.path.realpath(named), place)):
                raise Refused(f"{path} is in {table}, as {named}: take it out first")


def tags_of(device: str) -> frozenset[str]:
    """UUID=…, LABEL=… and whatever else it may be called by."""
    asked = ("blkid", "-p", "-o", "export", "--", device)
    told = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)
    return frozenset(re.sub(r"\\(.)", r"\1", told.stdout).splitlines())


def lines_of(table: str) -> Iterator[list[str]]:
    """Its words; in none is a blank."""
    with contextlib.suppress(FileNotFoundError), open(table) as lines:
        for line in lines:
            if line.strip() and not line.lstrip().startswith("#"):
                yield [re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word) for word in line.split()]


def refuse_mounted(path: str) -> None:
    """At it, within it, or from it to elsewhere."""
    mounts = list(list_mounts())
    home = max((each for each in mounts if is_within(path, each.point)), key=lambda each: len(each.point))
    there = os.path.normpath(os.path.join(home.root, os.path.relpath(path, home.point)))
    for each in mounts:
        if is_within(each.point, path):
            raise Refused(f"something is mounted at {each.point}")
        if each.device == home.device and is_within(each.root, there):
            raise Refused(f"it is mounted at {each.point}")


def list_mounts() -> Iterator[Mount]:
    for words in lines_of("/proc/self/mountinfo"):
        yield Mount(*words[2:5])


def refuse_exported(path: str) -> None:
    """It, what is in it, or what it is in."""
    for export in (*list_exports_of_kernel(), *list_exports_of_ganesha()):
        if is_within(path, export) or is_within(export, path):
            raise Refused(f"{export} is exported by NFS: end that export first")


def list_exports_of_kernel() -> Iterator[str]:
    """But for the root of NFS 4, which is read to find the others."""
    for words in lines_of(EXPORTS_OF_KERNEL):
        options = set(re.split("[(,)]", words[-1]))
        if not {"ro", "fsid=0"} <= options:
            yield words[0]


def list_exports_of_ganesha() -> list[str]:
    """None where it does not run. `/` is in its list always: it holds the others."""
    try:
        told = subprocess.run(EXPORTS_OF_GANESHA, capture_output=True, text=True, timeout=30, check=False)
    except FileNotFoundError:
        return []
    return re.findall(r'string "(/[^"]+)"', told.stdout)


def refuse_opened(path: str) -> None:
    """By a program; what the kernel itself has open is in no list of its."""
    for link in glob.iglob("/proc/[0-9]*/*"):
        if os.path.basename(link) in ("cwd", "root", "fd"):
            for at in places_of(link):
                if is_within(at, path):
                    raise Refused(f"{path} is in use by process {link.split('/')[2]}")


def places_of(link: str) -> Iterator[str]:
    """Of a process that may end meanwhile."""
    with contextlib.suppress(OSError):
        if not link.endswith("/fd"):
            yield os.readlink(link)
            return
        for name in os.listdir(link):
            with contextlib.suppress(OSError):
                yield os.readlink(f"{link}/{name}")


def refuse_held(path: str) -> None:
    """A lease on writing is had by who alone has a file open: targets and loop devices of the kernel count."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)  # who opens it in this moment waits for us
    with opened(path) as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                raise Refused(f"{path} is open: a target, a loop device or a VM has it") from error
            raise Refused(f"its disk cannot tell whether {path} is open: {error.strerror}") from error


def is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def main() -> None:
    try:
        said = see(json.loads(sys.argv[2]))
    except (Refused, OSError, subprocess.SubprocessError) as error:
        sys.exit(str(error))
    print(json.dumps(said))  # noqa: T201 # this is its answer


main()
