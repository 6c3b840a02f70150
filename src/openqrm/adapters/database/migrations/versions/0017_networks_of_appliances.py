"""Appliances name the network of their resource."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    with op.batch_alter_table("appliances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("network", sa.Text(), nullable=False, server_default=""))
