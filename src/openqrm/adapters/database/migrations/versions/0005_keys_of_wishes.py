"""The keys under which plans were asked for, and an index of machines that never registered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
STRANGER = sa.text("cpu_count = 0 AND version = 1")


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    op.create_table(
        "wish_keys",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("plan", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_wish_keys_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "key", name=op.f("pk_wish_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_wish_keys_plan"), "wish_keys", ["plan"])
    op.create_index("ix_resources_strangers", "resources", ["id"], sqlite_where=STRANGER, postgresql_where=STRANGER)
