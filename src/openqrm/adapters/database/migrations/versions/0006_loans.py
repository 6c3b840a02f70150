"""Volumes are lent to readers, and a boot profile names more fragments of its initrd."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    op.add_column("profiles", sa.Column("fragments", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "loans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("volume", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loans")),
        sa.UniqueConstraint("name", name=op.f("uq_loans_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_loans_volume"), "loans", ["volume"])
    op.create_index(op.f("ix_loans_resource"), "loans", ["resource"])
