"""The tables. Those of records follow from their dataclasses, field by field; the others are written out."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import TypeEngine

from openqrm.domain.event import Event
from openqrm.domain.kinds import KINDS
from openqrm.domain.record import Record

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself in an INTEGER only
COLUMN_TYPES: dict[Any, type[TypeEngine[Any]]] = {str: Text, int: BigInteger, float: Float, bool: Boolean}
INDEXED = {
    "resource": ("claimed_by", "carries"),
    "volume": ("storage", "granted_to"),
    "storage": ("resource",),
    "image": ("volume",),
    "appliance": ("image",),
    "token": ("user", "digest"),
    "view": ("user",),
    "loan": ("volume", "resource"),
    "removal": ("storage",),
}
UNIQUE_UNLESS_EMPTY = {"resource": ("mac",)}


def record_table(kind: type[Record]) -> Table:
    """One column for each field: plain ones typed, all others as JSON. An event's name is its number."""
    types = get_type_hints(kind)
    columns = [Column("id", NUMBER, primary_key=True), Column("version", BigInteger, nullable=False)]
    for field in fields(kind):
        if field.name in ("id", "version") or (kind is Event and field.name == "name"):
            continue
        column_type = COLUMN_TYPES.get(types[field.name], Text if issubclass_of_str(types[field.name]) else JSON)
        unique = field.name == "name"
        index = field.name in INDEXED.get(kind.kind, ())
        columns.append(Column(field.name, column_type, nullable=False, unique=unique or None, index=index or None))
    # an id is never given again: a boot remembers by it which profile it was given
    table = Table(f"{kind.kind}s", metadata, *columns, sqlite_autoincrement=True)
    for name in UNIQUE_UNLESS_EMPTY.get(kind.kind, ()):
        filled = table.c[name] != ""
        Index(f"uq_{table.name}_{name}", table.c[name], unique=True, sqlite_where=filled, postgresql_where=filled)
    return table


def issubclass_of_str(annotation: Any) -> bool:
    """Whether it is a StrEnum or the like."""
    return isinstance(annotation, type) and issubclass(annotation, str)


RECORDS: dict[str, Table] = {word: record_table(kind) for word, kind in KINDS.items()}

# Covers the sum of what VMs have booked.
Index("ix_resources_host", RECORDS["resource"].c.host, RECORDS["resource"].c.memory_mib)

# Asked for a boot script and never came in, as far as an index tells; as text: with parameters SQLite does not use it.
STRANGER = text("cpu_count = 0 AND version = 1")
Index("ix_resources_strangers", RECORDS["resource"].c.id, sqlite_where=STRANGER, postgresql_where=STRANGER)

EVENTS = RECORDS["event"]
EVENTS.append_column(Column("sameness", Text, nullable=False))  # digest of what makes two events identical
_unacknowledged = EVENTS.c.acknowledged_by == ""
Index(
    "uq_events_open_sameness", EVENTS.c.sameness, unique=True,
    sqlite_where=_unacknowledged, postgresql_where=_unacknowledged,
)  # fmt: skip
Index("ix_events_about", EVENTS.c.about)

# What subscribers are told, in the order in which it was committed.
TIDINGS = Table(
    "tidings",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("event", ForeignKey(EVENTS.c.id), nullable=False),
    Column("at_s", Float, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_tidings_event", TIDINGS.c.event, TIDINGS.c.at_s)
SUBSCRIBERS = Table(
    "subscribers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),  # all tidings up to here have been delivered
    Column("failures", BigInteger, nullable=False),  # in a row
    Column("skipped", BigInteger, nullable=False),
    Column("due_s", Float, nullable=False),
    Column("held_until_s", Float, nullable=False),
    Column("last_error", Text, nullable=False),
)

PLANS = Table(
    "plans",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("state", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("plan", LargeBinary, nullable=False),  # JSON, as the codec writes it
    Column("asked_by", Text, nullable=False),
    Column("asked_from", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False),
    Column("created_s", Float, nullable=False),
    Column("finished_s", Float, nullable=False),
    Column("due_s", Float, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_plans_state", PLANS.c.state)
Index("ix_plans_about", PLANS.c.about)
JOURNAL = Table(
    "journal",
    metadata,
    Column("plan", ForeignKey(PLANS.c.id, ondelete="CASCADE"), primary_key=True, type_=NUMBER),
    Column("seq", Integer, primary_key=True),
    Column("step", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("at_s", Float, nullable=False),
    Column("note", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("hint", Text, nullable=False),
    sqlite_with_rowid=False,
)
# A lock is a held row. Rows stay when it is released: they say which later plan has touched the same object.
LOCKS = Table(
    "locks",
    metadata,
    Column("plan", ForeignKey(PLANS.c.id, ondelete="CASCADE"), primary_key=True, type_=NUMBER),
    Column("ref", Text, primary_key=True),
    Column("held", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=false()),  # beside others that share it
    sqlite_with_rowid=False,
)
_alone = LOCKS.c.held & ~LOCKS.c.shared
Index("uq_locks_held", LOCKS.c.ref, unique=True, sqlite_where=_alone, postgresql_where=_alone)
Index("ix_locks_ref", LOCKS.c.ref, LOCKS.c.plan)

BOOTS = Table(
    "boots",
    metadata,
    Column("resource", Text, primary_key=True),
    Column("boot_id", Text, nullable=False, unique=True),
    Column("token_sha256", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("profile_id", BigInteger, nullable=False),
    Column("opened_s", Float, nullable=False),
)
SECRETS = Table(
    "secrets",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

SESSIONS = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", Text, nullable=False, index=True),
    Column("stamp", Text, nullable=False),
    Column("began_s", Float, nullable=False),
    Column("seen_s", Float, nullable=False),
    Column("expires_s", Float, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
)
SIGN_IN_LINKS = Table(
    "sign_in_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("expires_s", Float, nullable=False),
)
# What has changed, told to consoles; written by triggers (changes.py), so that no writer can forget it.
CHANGES = Table(
    "changes",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("writer", BigInteger, nullable=False, index=True),  # PostgreSQL: the number of the transaction
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    sqlite_autoincrement=True,
)
# What was asked for under an idempotency key; `wish` is a digest of it.
WISH_KEYS = Table(
    "wish_keys",
    metadata,
    Column("user", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("wish", Text, nullable=False),
    Column("plan", ForeignKey(PLANS.c.id, ondelete="CASCADE"), nullable=False, index=True, type_=NUMBER),
    Column("at_s", Float, nullable=False),
    sqlite_with_rowid=False,
)
