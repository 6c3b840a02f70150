"""A PostgreSQL server for tests: Debian's, with a folder of its own, on a unix socket only."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"


@dataclass
class PostgreSql:
    """A running server. Each test takes a database of its own, copied from one that is migrated once."""

    socket: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        """As SQLAlchemy wants it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket}"

    def new(self, like: str = "template1") -> str:
        """The name of a new database with the tables of `like`."""
        name = f"t{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
        with psycopg.connect(f"host={self.socket} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)
        return name


@contextmanager
def postgresql() -> Iterator[PostgreSql]:
    """Started, and gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="openqrm-pg-"))
    as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--") if not os.getuid() else ()
    try:
        if as_postgres:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        _run(*as_postgres, PROGRAMS / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        start = ("-o", f"{OPTIONS} -k {folder}", "-l", folder / "log", "-w", "start")
        _run(*as_postgres, PROGRAMS / "pg_ctl", "-D", data, *start)
        try:
            yield PostgreSql(folder)
        finally:
            _run(*as_postgres, PROGRAMS / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*argv: str | Path) -> None:
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, cwd="/")
