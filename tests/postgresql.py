"""A PostgreSQL server for tests: Debian's, with a folder of its own, on a unix socket only."""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
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
    """Started, and gone at the end; also when this process is killed."""
    folder = Path(tempfile.mkdtemp(prefix="openqrm-pg-"))
    as_postgres = ("--reuid=postgres", "--regid=postgres", "--clear-groups") if not os.getuid() else ()
    try:
        if as_postgres:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        initdb = (PROGRAMS / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        subprocess.run(("setpriv", *as_postgres, "--", *initdb), check=True, capture_output=True, timeout=120, cwd="/")
        serve = (PROGRAMS / "postgres", "-D", data, "-k", folder, *shlex.split(OPTIONS))
        argv = ("setpriv", "--pdeathsig", "QUIT", *as_postgres, "--", *serve)  # QUIT: end at once
        with (folder / "log").open("wb") as log, subprocess.Popen(argv, stderr=log, cwd="/") as process:
            try:
                _wait_until_ready(process, folder)
                yield PostgreSql(folder)
            finally:
                process.send_signal(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 120
    while subprocess.run((PROGRAMS / "pg_isready", "-q", "-h", folder), check=False, timeout=20).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "log").read_text()[-2000:])
        time.sleep(0.1)
