"""Grants remember the machine they were made for; that a plan was turned is told by its journal alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    op.drop_column("plans", "turned")
    op.add_column("volumes", sa.Column("grant", sa.JSON(), nullable=False, server_default="{}"))
    _remember()


def _remember() -> None:
    """Until now they were made for the machine as its record is, with a secret called after the volume."""
    text = sa.Text()
    volumes = sa.table(
        "volumes", sa.column("name", text), sa.column("granted_to", text), sa.column("grant", sa.JSON())
    )  # fmt: skip
    resources = sa.table("resources", sa.column("name", text), sa.column("mac", text), sa.column("address", text))
    granted = sa.select(volumes.c.name, resources.c.mac, resources.c.address)
    granted = granted.join_from(volumes, resources, resources.c.name == volumes.c.granted_to)
    for row in op.get_bind().execute(granted).all():
        grant = {"mac": row.mac, "address": row.address, "secret": f"grant-{row.name}"}
        op.execute(volumes.update().where(volumes.c.name == row.name).values(grant=grant))
