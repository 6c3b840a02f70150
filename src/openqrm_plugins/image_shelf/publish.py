"""Make a shelf of archives and disks: `python3 publish.py FOLDER [--key KEY.pem] [--kernel ENTRY=FILE.deb]…`

It writes FOLDER/catalogue.json, and catalogue.json.sig with a key. What is written there of an entry already is kept:
its name, words and kernel may be edited, and then this is run again, which counts the serial up. Python 3.9 or later
and openssl are all it needs, so that the key stays where the shelf is made.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

CATALOGUE = "catalogue.json"
ARCHIVE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._+-]*)\.(tar(\.(gz|xz|bz2|zst))?|qcow2|raw)")


def publish(folder: Path, key: Path | None, kernels: dict[str, str]) -> list[str]:
    """The names of the entries."""
    known = folder / CATALOGUE
    before = json.loads(known.read_text()) if known.exists() else {}
    told = {entry["file"]: entry for entry in before.get("entries", [])}
    files = sorted(path for path in folder.iterdir() if ARCHIVE.fullmatch(path.name))
    entries = [measured(folder, told.get(path.name) or {"name": name_of(path), "file": path.name}) for path in files]
    for entry in entries:
        package = kernels.pop(entry["name"], None)
        if package or entry.get("kernel"):
            entry["kernel"] = measured(folder, {"file": package} if package else entry["kernel"])
    if kernels:
        sys.exit(f"there is no entry {', '.join(sorted(kernels))}")
    text = json.dumps(before | {"serial": before.get("serial", 0) + 1, "entries": entries}, indent=2) + "\n"
    fresh = folder / f".{CATALOGUE}"
    fresh.write_text(text)
    if key:
        sign(fresh, key, folder / f"{CATALOGUE}.sig")
    os.replace(fresh, known)
    return [entry["name"] for entry in entries]


def name_of(path: Path) -> str:
    """`Debian-12.2_amd64.tar.zst` → `debian-12-2-amd64`."""
    found = ARCHIVE.fullmatch(path.name)
    assert found is not None
    return re.sub(r"[^a-z0-9]+", "-", found[1].lower()).strip("-")[:63].strip("-")


def measured(folder: Path, entry: dict[str, Any]) -> dict[str, Any]:
    """The same, with what its file is like now."""
    digest, path = hashlib.sha256(), folder / entry["file"]
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return entry | {"size_bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def sign(text: Path, key: Path, signature: Path) -> None:
    """As `openssl pkeyutl -verify` would have it."""
    fresh = signature.with_name(f".{signature.name}")
    argv = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(text), "-out", str(fresh)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"openssl cannot sign with {key}: {done.stderr.strip()[:300]}")
    os.replace(fresh, signature)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", type=Path, help="private Ed25519 key, in PEM")
    parser.add_argument("--kernel", action="append", default=[], metavar="ENTRY=FILE", help="its package, beside it")
    given = parser.parse_args()
    try:
        names = publish(given.folder, given.key, dict(pair.split("=", 1) for pair in given.kernel))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.write(f"{given.folder / CATALOGUE}: {', '.join(names) or 'nothing'}\n")


if __name__ == "__main__":
    main()
