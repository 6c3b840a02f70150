"""Begin a migration from what the tables are now and what the migrations so far make of an empty database.

    python -m tools.database_revision 0002 "appliances have a colour"

Read what it wrote before you commit it, set HEAD in openqrm.adapters.database.migrate to it, and keep a dump of the
version before: python -m tools.golden_database.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from openqrm.adapters.database import migrate as versions
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
    {body}
'''


def main(revision: str, message: str) -> None:
    """Write the file."""
    before = versions.HEAD if revision != "0001" else None
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/empty.sqlite")
        if before:
            versions.migrate(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"render_as_batch": True, "compare_type": True})
            script = produce_migrations(context, metadata)
            if script.upgrade_ops is None:
                sys.exit("nothing has changed")
            body = render_python_code(script.upgrade_ops, render_as_batch=True, migration_context=context)
    path = FOLDER / f"{revision}_{'_'.join(message.lower().split())}.py"
    path.write_text(FILE.format(message=message, revision=revision, before=before, body=body))
    subprocess.run(["ruff", "format", "-q", str(path)], check=True)
    print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
