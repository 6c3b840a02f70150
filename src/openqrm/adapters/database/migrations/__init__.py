"""Alembic migrations, each a file of `versions/`; a new one is begun by `python -m tools.database_revision`.

Not here: the tables as they are now (openqrm.adapters.database.tables).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from openqrm.adapters.database.change_triggers import make_triggers
from openqrm.adapters.database.dialect import in_turn

MIGRATE_LOCK = 6_000_003


def upgrade(connection: Connection, head: str) -> None:
    """All in the caller's transaction; when several begin at once, one does it and the others find it done.

    Raises KeyError when the database is of a version that is not among ours.
    """
    scripts = ScriptDirectory(str(Path(__file__).parent))

    def steps(present: Any, _context: MigrationContext) -> Any:
        try:
            return scripts._upgrade_revs(head, present)
        except CommandError as error:
            raise KeyError(present) from error

    in_turn(connection, MIGRATE_LOCK)
    context = MigrationContext.configure(connection, opts={"render_as_batch": True, "fn": steps})
    with Operations.context(context):
        context.run_migrations()
    make_triggers(connection)
