"""Locks that several plans share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    op.drop_index("uq_locks_held", "locks")
    with op.batch_alter_table("locks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    locks = sa.table("locks", sa.column("held", sa.Boolean()), sa.column("shared", sa.Boolean()))
    alone = locks.c.held & ~locks.c.shared
    op.create_index("uq_locks_held", "locks", ["ref"], unique=True, sqlite_where=alone, postgresql_where=alone)
