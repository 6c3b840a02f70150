"""Terminals that are screens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    op.execute(sa.table("terminals").delete())  # tickets: good for a minute
    with op.batch_alter_table("terminals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("line", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("address", sa.Text(), nullable=False))
