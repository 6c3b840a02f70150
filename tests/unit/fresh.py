"""A new database without the fifty milliseconds of its migrations: they are made once in a process, then copied."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from openqrm.adapters.database import Database
from openqrm.plugin_api.codec import ActionCodec


@cache
def migrated_sqlite() -> bytes:
    """A file of SQLite with all tables and nothing in them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "openqrm.sqlite"
        database = Database(f"sqlite:///{file}", ActionCodec(()))
        database.migrate()
        database.close()
        return file.read_bytes()


def fresh_database(folder: Path, codec: ActionCodec) -> Database:
    """On SQLite, in this folder, with all tables and nothing in them."""
    file = folder / "openqrm.sqlite"
    file.write_bytes(migrated_sqlite())
    return Database(f"sqlite:///{file}", codec)
