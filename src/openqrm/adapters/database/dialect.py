"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite


def insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows `on_conflict_do_update`."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def in_turn(connection: Connection, number: int) -> None:
    """Until this transaction ends no other passes here. SQLite has one writer anyway."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(number)))
