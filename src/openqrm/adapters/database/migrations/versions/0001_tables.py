"""The tables of openQRM 6.0."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forward only: the way back is a backup."""
    _appliances()
    _boots()
    _events()
    _images()
    _kernels()
    _networks()
    _observations()
    _plans()
    _plugins()
    _profiles()
    _resources()
    _secrets()
    _storages()
    _subscribers()
    _tokens()
    _users()
    _volumes()
    _journal()
    _locks()
    _tidings()


def _appliances() -> None:
    _record(
        "appliances",
        sa.Column("kernel", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("machine_type", sa.Text(), nullable=False),
        sa.Column("cpu_count", sa.BigInteger(), nullable=False),
        sa.Column("cpu_mhz", sa.BigInteger(), nullable=False),
        sa.Column("memory_mib", sa.BigInteger(), nullable=False),
        sa.Column("nic_count", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("highly_available", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_appliances_image"), "appliances", ["image"], unique=False)


def _boots() -> None:
    op.create_table(
        "boots",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("resource", name=op.f("pk_boots")),
        sa.UniqueConstraint("boot_id", name=op.f("uq_boots_boot_id")),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.Column("seen_at_s", sa.Float(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.Column("sameness", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_about", "events", ["about"], unique=False)
    op.create_index(
        "uq_events_open_sameness",
        "events",
        ["sameness"],
        unique=True,
        sqlite_where=sa.text("acknowledged_by = ''"),
        postgresql_where=sa.text("acknowledged_by = ''"),
    )


def _images() -> None:
    _record(
        "images",
        sa.Column("volume", sa.Text(), nullable=False),
        sa.Column("os", sa.Text(), nullable=False),
        sa.Column("os_version", sa.Text(), nullable=False),
        sa.Column("install_from", sa.Text(), nullable=False),
        sa.Column("transfer_to", sa.Text(), nullable=False),
        sa.Column("root_password", sa.Text(), nullable=False),
        sa.Column("authorized_keys", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_images_volume"), "images", ["volume"], unique=False)


def _kernels() -> None:
    _record(
        "kernels",
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("directory", sa.Text(), nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )


def _networks() -> None:
    _record(
        "networks",
        sa.Column("cidr", sa.Text(), nullable=False),
        sa.Column("interface", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("nameserver", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("dhcp", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )


def _observations() -> None:
    _record(
        "observations",
        sa.Column("power", sa.Text(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("last_seen_s", sa.Float(), nullable=False),
        sa.Column("statistics", sa.JSON(), nullable=False),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_s", sa.Float(), nullable=False),
        sa.Column("finished_s", sa.Float(), nullable=False),
        sa.Column("due_s", sa.Float(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("turned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plans_about", "plans", ["about"], unique=False)
    op.create_index("ix_plans_state", "plans", ["state"], unique=False)


def _plugins() -> None:
    _record(
        "plugins",
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
    )


def _profiles() -> None:
    _record(
        "profiles",
        sa.Column("appliance", sa.Text(), nullable=False),
        sa.Column("kernel", sa.Text(), nullable=False),
        sa.Column("root_type", sa.Text(), nullable=False),
        sa.Column("root", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.JSON(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
    )


def _resources() -> None:
    _record(
        "resources",
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("bmc", sa.JSON(), nullable=False),
        sa.Column("ssh", sa.JSON(), nullable=False),
        sa.Column("cpu_count", sa.BigInteger(), nullable=False),
        sa.Column("cpu_mhz", sa.BigInteger(), nullable=False),
        sa.Column("cpu_model", sa.Text(), nullable=False),
        sa.Column("memory_mib", sa.BigInteger(), nullable=False),
        sa.Column("swap_mib", sa.BigInteger(), nullable=False),
        sa.Column("nic_count", sa.BigInteger(), nullable=False),
        sa.Column("timeout_s", sa.BigInteger(), nullable=False),
        sa.Column("inventory", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_resources_claimed_by"), "resources", ["claimed_by"], unique=False)
    op.create_index(op.f("ix_resources_host"), "resources", ["host"], unique=False)
    op.create_index(
        "uq_resources_mac",
        "resources",
        ["mac"],
        unique=True,
        sqlite_where=sa.text("mac != ''"),
        postgresql_where=sa.text("mac != ''"),
    )


def _secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_secrets")),
    )


def _storages() -> None:
    _record(
        "storages",
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_storages_resource"), "storages", ["resource"], unique=False)


def _subscribers() -> None:
    op.create_table(
        "subscribers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.Column("due_s", sa.Float(), nullable=False),
        sa.Column("held_until_s", sa.Float(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_subscribers")),
    )


def _tokens() -> None:
    _record(
        "tokens",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at_s", sa.Float(), nullable=False),
    )
    op.create_index(op.f("ix_tokens_digest"), "tokens", ["digest"], unique=False)
    op.create_index(op.f("ix_tokens_user"), "tokens", ["user"], unique=False)


def _users() -> None:
    _record(
        "users",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
    )


def _volumes() -> None:
    _record(
        "volumes",
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("size_mib", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("granted_to", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_volumes_granted_to"), "volumes", ["granted_to"], unique=False)
    op.create_index(op.f("ix_volumes_storage"), "volumes", ["storage"], unique=False)


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("plan", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_journal_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan", "seq", name=op.f("pk_journal")),
        sqlite_with_rowid=False,
    )


def _locks() -> None:
    op.create_table(
        "locks",
        sa.Column("plan", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_locks_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan", "ref", name=op.f("pk_locks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_locks_ref", "locks", ["ref", "plan"], unique=False)
    op.create_index(
        "uq_locks_held", "locks", ["ref"], unique=True, sqlite_where=sa.text("held = 1"), postgresql_where="held"
    )


def _tidings() -> None:
    op.create_table(
        "tidings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_tidings_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tidings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tidings_event", "tidings", ["event", "at_s"], unique=False)


def _record(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("name", name=op.f(f"uq_{table}_name")),
        sqlite_autoincrement=True,
    )
