"""The files of this repository, as the rules want them."""

import os
from functools import cache
from pathlib import Path

from tools.rules.source import Source

ROOT = Path(__file__).parents[2]
IGNORED = {".venv", ".git", "build", "dist", "node_modules", "__pycache__"}


def paths_under(*folders: str, suffix: str) -> list[str]:
    """Paths from the root of the repository, sorted, without what is built."""
    found = (path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))
    return sorted(str(path) for path in found if not IGNORED & {*path.parts})


def all_paths() -> set[str]:
    """Every file and folder, without what is built: that is large, and walked for nothing."""
    found: set[str] = set()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in IGNORED]
        found.update(os.path.relpath(os.path.join(folder, name), ROOT) for name in (*folders, *files))
    return found


@cache
def sources_under(*folders: str) -> tuple[Source, ...]:
    return tuple(_source(path) for path in paths_under(*folders, suffix=".py"))


@cache
def _source(path: str) -> Source:
    """The same one for all rules: it keeps its tree."""
    return Source(path, read(path))


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
