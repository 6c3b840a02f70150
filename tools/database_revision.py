"""Begin a migration from what the tables are now and what the migrations so far make of an empty database.

    python -m tools.database_revision 0002 "appliances have a colour"

Read what it wrote before you commit it, set HEAD in openqrm.adapters.database.migrate to it, and keep a dump of the
version before: python -m tools.golden_database.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateTableOp, DropTableOp, MigrateOperation, ModifyTableOps, UpgradeOps

from openqrm.adapters.database import migrate as versions
from openqrm.adapters.database.connect import Connections
from openqrm.adapters.database.tables import metadata

FOLDER = Path(versions.__file__).parent / "migrations" / "versions"
FILE = '''"""{message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    {calls}
{functions}'''
FUNCTION = """

def _{table}() -> None:
    {body}
"""


def main(revision: str, message: str) -> None:
    """Write the file."""
    before = versions.HEAD if revision != "0001" else None
    with tempfile.TemporaryDirectory() as folder:
        connections = Connections(f"sqlite:///{folder}/empty.sqlite")
        if before:
            versions.migrate(connections)
        with connections.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"render_as_batch": True, "compare_type": True})
            script = produce_migrations(context, metadata)
            operations = script.upgrade_ops.ops if script.upgrade_ops else []
            bodies = _by_table(operations, context)
    calls = "\n    ".join(f"_{table}()" for table in bodies)
    functions = "".join(FUNCTION.format(table=table, body=body) for table, body in bodies.items())
    path = FOLDER / f"{revision}_{'_'.join(message.lower().split())}.py"
    path.write_text(FILE.format(message=message, revision=revision, before=before, calls=calls, functions=functions))
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
    print(path)


def _by_table(operations: Sequence[MigrateOperation], context: MigrationContext) -> dict[str, str]:
    """A function's body for each table, in an order that respects foreign keys."""
    alike: dict[str, list[MigrateOperation]] = {}
    for operation in operations:
        if isinstance(operation, CreateTableOp | ModifyTableOps | DropTableOp):
            alike.setdefault(operation.table_name, []).append(operation)
    return {table: _rendered(these, context) for table, these in alike.items()}


def _rendered(operations: Sequence[MigrateOperation], context: MigrationContext) -> str:
    is_new = any(isinstance(operation, CreateTableOp) for operation in operations)
    text = render_python_code(UpgradeOps(operations), render_as_batch=not is_new, migration_context=context)
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("# ###")).strip()


if __name__ == "__main__":
    main(*sys.argv[1:])
