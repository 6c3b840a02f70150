"""Brings a database to the tables of this version, and refuses one of a newer version."""

from __future__ import annotations

from sqlalchemy import Engine, MetaData, Table, inspect, select

from openqrm.adapters.database.connect import Connections
from openqrm.domain.errors import Category, OpenqrmError

HEAD = "0017"  # the newest file of migrations/versions; looked at first, for Alembic takes a moment to import


def migrate(connections: Connections) -> None:
    """Nothing is done when it is up to date. Raises OpenqrmError `unsupported` when a newer openQRM has used it."""
    present = version_of(connections.engine)
    if present == HEAD:
        return
    from openqrm.adapters.database.migrations import upgrade

    try:
        with connections.write() as connection:
            upgrade(connection, HEAD)
    except KeyError as error:
        raise OpenqrmError(
            Category.UNSUPPORTED,
            f"the database is of version {present}, which this openQRM does not know",
            "Install the openQRM that last used it, or restore a backup from before: openqrm state restore",
        ) from error


def version_of(engine: Engine) -> str:
    """Of the tables; empty when there are none yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        versions = Table("alembic_version", MetaData(), autoload_with=connection)
        return connection.scalar(select(versions.c.version_num)) or ""
