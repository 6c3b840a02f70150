"""What the machines of storages have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    with op.batch_alter_table("storages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("found", sa.JSON(), nullable=False, server_default="{}"))
