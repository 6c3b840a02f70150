"""Files that are named by what is in them; of those that anybody can ask for, only so many bytes are kept."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def keep(store: Path, kind: str, content: bytes, render: Callable[[bytes], bytes]) -> Path:
    """The file with this content, rendered when it is not there yet."""
    path = store / f"{kind}-{hashlib.sha256(content).hexdigest()[:16]}"
    if is_kept(path):
        return path
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=store, delete=False) as scratch:
        scratch.write(render(content))
    os.chmod(scratch.name, 0o644)
    os.replace(scratch.name, path)
    return path


def is_kept(path: Path) -> bool:
    """Whether it is there still; it counts as used now."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def trim(store: Path, kind: str, most_bytes: int) -> None:
    """Keep those of this kind that were used last; whoever is reading another one reads on."""
    found: list[tuple[int, int, Path]] = []
    for path in store.glob(f"{kind}-*"):
        with suppress(FileNotFoundError):  # another installation may share the folder
            stat = path.stat()
            found.append((stat.st_mtime_ns, stat.st_size, path))
    total_bytes = 0
    for _, size_bytes, path in sorted(found, reverse=True):
        total_bytes += size_bytes
        if total_bytes > most_bytes:
            path.unlink(missing_ok=True)
