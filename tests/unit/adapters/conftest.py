"""Databases for tests: every test that takes `database` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openqrm.adapters.database import Database
from openqrm.plugin_api.actions import CORE_ACTIONS
from openqrm.plugin_api.codec import ActionCodec
from tests.postgresql import PostgreSql, postgresql
from tests.unit.adapters.actions import ACTIONS
from tests.unit.fresh import migrated_sqlite

CODEC = ActionCodec((*CORE_ACTIONS, *ACTIONS))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSql]:
    with postgresql() as started:
        yield started


@pytest.fixture(scope="session")
def migrated(postgres: PostgreSql) -> str:
    name = postgres.new()
    database = Database(postgres.url(name), CODEC)
    database.migrate()
    database.close()
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        (tmp_path / "openqrm.sqlite").write_bytes(migrated_sqlite())
        return f"sqlite:///{tmp_path}/openqrm.sqlite"
    postgres: PostgreSql = request.getfixturevalue("postgres")
    return postgres.url(postgres.new(request.getfixturevalue("migrated")))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url, CODEC)
    opened.migrate()
    yield opened
    opened.close()
