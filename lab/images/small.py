"""A small image: Debian's minimal system, busybox as init, OpenSSH, and a web server that answers with the host name.

It reaches its login within seconds on an emulated machine, where systemd takes most of a minute.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.images.debian import build_tree, recipe_digest, run
from lab.images.mirror import observe_mirror

PACKAGES = ("busybox-static", "kmod", "openssh-server")
OVERLAY = Path(__file__).with_name("overlay")


@dataclass(frozen=True, slots=True)
class Image:
    """The image as a tree of files and packed; the digest is that of the content."""

    tree: Path
    archive: Path
    digest: str


def ensure_image(folder: Path) -> Image:
    """The image in FOLDER/image-RECIPE; made the first time, as root, from this computer's Debian mirror."""
    place = folder / f"image-{recipe_digest(Path(__file__), OVERLAY)}"
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".image-") as scratch:
            made = Path(scratch, "image").resolve()
            build_tree(made / "tree", folder / "downloads", observe_mirror(), PACKAGES, OVERLAY)
            digest = pack(made / "tree", made / "image.tar.zst")
            (made / "digest").write_text(digest + "\n")
            made.rename(place)
    return Image(place / "tree", place / "image.tar.zst", (place / "digest").read_text().strip())


def pack(tree: Path, archive: Path) -> str:
    """Write the archive (tar.zst) and tell its content's digest."""
    tar = archive.with_suffix("")
    run(["tar", "--sort=name", "--numeric-owner", "--format=gnu", "-C", str(tree), "-cf", str(tar), "."])
    with tar.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    run(["zstd", "-q", "-10", "-T0", "--rm", str(tar), "-o", str(archive)])
    return digest
