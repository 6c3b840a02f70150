"""A small image: Debian's minimal system, busybox as init, OpenSSH, and a web server that answers with the host name.

It reaches its login within seconds on an emulated machine, where systemd takes most of a minute. The same packages give
the same image: no times, no machine id, no host keys, no trace of the computer it was made on.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.images.mirror import Mirror, observe_mirror

PACKAGES = ("busybox-static", "kmod", "openssh-server")
EPOCH = 1_686_355_200  # of Debian 12; nothing in the image is younger
OVERLAY = Path(__file__).with_name("overlay")
_APPLETS = ("init", "halt", "poweroff", "reboot")
_NOT_WANTED = (  # documents, what belongs to one machine, and what differs from build to build
    *("usr/share/doc/*", "usr/share/info/*", "usr/share/lintian/*", "usr/share/locale/*", "usr/share/man/*"),
    *("etc/hostname", "etc/machine-id", "etc/resolv.conf", "etc/ssh/ssh_host_*", "var/lib/dbus/machine-id"),
    *("dev/*", "run/*", "tmp/*", "var/cache/apt/*", "var/cache/debconf/*-old", "var/cache/ldconfig/*", "var/log/*"),
    *("etc/*-", "var/lib/apt/lists/*", "var/lib/dpkg/*-old", "var/lib/systemd/*"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """The image as a tree of files and packed; the digest is that of the content."""

    tree: Path
    archive: Path
    digest: str


def ensure_image(folder: Path) -> Image:
    """The image in FOLDER/image-RECIPE; made the first time, as root, from this computer's Debian mirror."""
    place = folder / f"image-{recipe_digest()}"
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".image-") as scratch:
            made = Path(scratch, "image").resolve()
            build(made / "tree", folder / "downloads", observe_mirror())
            digest = pack(made / "tree", made / "image.tar.zst")
            (made / "digest").write_text(digest + "\n")
            made.rename(place)
    return Image(place / "tree", place / "image.tar.zst", (place / "digest").read_text().strip())


def recipe_digest() -> str:
    """Another recipe makes another image."""
    files = sorted(path for path in [Path(__file__), *OVERLAY.rglob("*")] if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def build(tree: Path, downloads: Path, mirror: Mirror) -> None:
    """Fill the folder with the image."""
    downloads.mkdir(parents=True, exist_ok=True)
    tree.mkdir(parents=True)
    options = ["--variant=minbase", f"--cache-dir={downloads.resolve()}", f"--include={','.join(PACKAGES)}"]
    _run(["debootstrap", *options, mirror.release, str(tree), mirror.address])
    for pattern in _NOT_WANTED:
        for path in tree.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(OVERLAY, tree, dirs_exist_ok=True, symlinks=True)
    (tree / "lib/modules").mkdir(exist_ok=True)  # where the machine's kernel shows its modules
    for name in _APPLETS:
        (tree / "sbin" / name).symlink_to("/bin/busybox")
    younger = ["find", str(tree), "-newermt", f"@{EPOCH}"]
    _run([*younger, "-exec", "touch", "--no-dereference", f"--date=@{EPOCH}", "{}", "+"])


def pack(tree: Path, archive: Path) -> str:
    """Write the archive (tar.zst) and tell its content's digest."""
    tar = archive.with_suffix("")
    _run(["tar", "--sort=name", "--numeric-owner", "--format=gnu", "-C", str(tree), "-cf", str(tar), "."])
    with tar.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    _run(["zstd", "-q", "-10", "-T0", "--rm", str(tar), "-o", str(archive)])
    return digest


def _run(argv: list[str]) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH), "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-10:])
        raise RuntimeError(f"{argv[0]} failed:\n{said}")
