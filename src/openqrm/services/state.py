"""Backups of the whole state: one archive with the database and the files that belong to it."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from openqrm.adapters.database.alone import alone
from openqrm.adapters.database.connect import Connections
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.names import parse_name
from openqrm.services.site_settings import SiteSettings

FOLDER, DUMP = "backups", "database.dump"
# Kernels and initrds are left out: they are large, and come again from their packages.
FILES = ("vault.key", "uplink_key", "ssh_key", "first-password", "plugins", "tls")
ARCHIVE = re.compile(r"[a-z][a-z0-9-]*-\d{2}-\d{2}-\d{2}_\d{2}\.\d{2}\.\d{2}\.tgz")
TIMEOUT_S = 3600


def backup(settings: SiteSettings, name: str) -> Path:
    """Make NAME-MM-DD-YY_HH.MM.SS.tgz in the folder `backups`; it may run while openQRM does."""
    base = Path(settings.base).absolute()
    folder = base / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    archive = folder / f"{parse_name(name)}-{time.strftime('%m-%d-%y_%H.%M.%S')}.tgz"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        dump = Path(scratch, DUMP)
        _dump(settings, dump)
        ready = Path(scratch, archive.name)
        with tarfile.open(ready, "w:gz") as tar:
            tar.add(dump, DUMP)
            for each in FILES:
                if (base / each).exists():
                    tar.add(base / each, each)
        ready.chmod(0o600)  # the vault's key is in it
        ready.rename(archive)
    return archive


def list_backups(settings: SiteSettings) -> list[Path]:
    """The newest first."""
    found = [path for path in (Path(settings.base) / FOLDER).glob("*.tgz") if ARCHIVE.fullmatch(path.name)]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def remove_backup(settings: SiteSettings, name: str) -> None:
    """Remove one archive; there is no way back."""
    _get(settings, name).unlink()


def _get(settings: SiteSettings, name: str) -> Path:
    known = {path.name.removesuffix(".tgz"): path for path in list_backups(settings)}
    archive = known.get(name.removesuffix(".tgz"))
    if archive is None:
        hint = f"There are: {', '.join(known) or 'none'}."
        raise OpenqrmError(Category.NOT_FOUND, f"there is no backup {name[:200]!r}", hint)
    return archive


def restore(settings: SiteSettings, name: str) -> Iterator[str]:
    """Put a backup in place of what is there, step by step. Raises OpenqrmError `refused` while openQRM runs."""
    archive = _get(settings, name)
    base = Path(settings.base).absolute()
    with _nobody_else(settings), tempfile.TemporaryDirectory(dir=base) as scratch:
        yield f"restoring state from {archive}"
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        yield f"restoring database from {DUMP}"
        _load(settings, Path(scratch, DUMP))
        for each in FILES:
            if Path(scratch, each).exists():
                yield f"restoring {each}"
                _replace(base / each, Path(scratch, each))
    yield "done"


@contextmanager
def _nobody_else(settings: SiteSettings) -> Iterator[None]:
    connections = Connections(settings.database_url)
    try:
        with alone(connections.engine):
            yield
    finally:
        connections.engine.dispose()


def _replace(target: Path, source: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.rename(target)


def _sqlite_path(settings: SiteSettings) -> Path | None:
    scheme, _, path = settings.database_url.partition(":///")
    return Path("/" + path.lstrip("/")) if scheme == "sqlite" else None


def _dump(settings: SiteSettings, dump: Path) -> None:
    if path := _sqlite_path(settings):
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(dump)) as target:
            source.backup(target)
        return
    _run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={_address(settings)}")


def _load(settings: SiteSettings, dump: Path) -> None:
    if path := _sqlite_path(settings):
        for leftover in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            leftover.unlink(missing_ok=True)
        dump.rename(path)
        return
    _run("pg_restore", "--clean", "--if-exists", f"--dbname={_address(settings)}", str(dump))


def _address(settings: SiteSettings) -> str:
    return settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise OpenqrmError(Category.UNAVAILABLE, f"{argv[0]} failed: {words}", "Look at the database.")
