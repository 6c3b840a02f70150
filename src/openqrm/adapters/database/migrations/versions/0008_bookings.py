"""Indexes for what VMs have booked on their hosts."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    op.drop_index("ix_resources_host", "resources")
    op.create_index("ix_resources_host", "resources", ["host", "memory_mib"])
    op.create_index("ix_resources_carries", "resources", ["carries"])
