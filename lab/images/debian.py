"""Debian's minimal system with some packages and files of our own, as a tree: the same packages, the same tree.

No times, no machine id, no host keys, no trace of the computer it was made on. Its init is busybox.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab.images.mirror import Mirror

EPOCH = 1_686_355_200  # of Debian 12; nothing in a tree is younger
_APPLETS = ("init", "halt", "poweroff", "reboot")
_NOT_WANTED = (  # documents, what belongs to one machine, and what differs from build to build
    *("usr/share/doc/*", "usr/share/info/*", "usr/share/lintian/*", "usr/share/locale/*", "usr/share/man/*"),
    *("etc/hostname", "etc/machine-id", "etc/resolv.conf", "etc/ssh/ssh_host_*", "var/lib/dbus/machine-id"),
    *("dev/*", "run/*", "tmp/*", "var/cache/apt/*", "var/cache/debconf/*-old", "var/cache/ldconfig/*", "var/log/*"),
    *("etc/*-", "var/lib/apt/lists/*", "var/lib/dpkg/*-old", "var/lib/systemd/*"),
)


def build_tree(tree: Path, downloads: Path, mirror: Mirror, packages: Sequence[str], overlay: Path) -> None:
    """Fill the folder. OVERLAY lies over what the packages bring; busybox-static has to be one of them."""
    downloads.mkdir(parents=True, exist_ok=True)
    tree.mkdir(parents=True)
    options = ["--variant=minbase", f"--cache-dir={downloads.resolve()}", f"--include={','.join(packages)}"]
    run(["debootstrap", *options, mirror.release, str(tree), mirror.address])
    for pattern in _NOT_WANTED:
        for path in tree.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(overlay, tree, dirs_exist_ok=True, symlinks=True)
    (tree / "lib/modules").mkdir(exist_ok=True)  # where the machine's kernel shows its modules
    for name in _APPLETS:
        (tree / "sbin" / name).symlink_to("/bin/busybox")
    younger = ["find", str(tree), "-newermt", f"@{EPOCH}"]
    run([*younger, "-exec", "touch", "--no-dereference", f"--date=@{EPOCH}", "{}", "+"])


def recipe_digest(*sources: Path) -> str:
    """Another recipe makes another image: these files and folders, and this one."""
    places = (path for source in (Path(__file__), *sources) for path in (source, *source.rglob("*")))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(places) if path.is_file())).hexdigest()[:12]


def run(argv: list[str]) -> None:
    """Run one step of a build; what it said goes into the error."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH), "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-10:])
        raise RuntimeError(f"{argv[0]} failed:\n{said}")
