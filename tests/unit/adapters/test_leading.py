"""Of those who share a PostgreSQL one leads, and another one as soon as that is gone; on SQLite whoever runs does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from openqrm.adapters.database import Database
from openqrm.adapters.database.leading import Leading
from openqrm.domain.network import Network
from openqrm.domain.user import PluginState
from openqrm.plugin_api.service import Site
from openqrm.plugin_host.find import check
from openqrm.plugin_host.host import PluginHost
from openqrm.services.children import Children
from tests.postgresql import PostgreSql
from tests.unit.adapters.conftest import CODEC
from tests.unit.plugin_host.test_supervisor import until

REFERENCE = check("openqrm_plugins._reference", Path("src/openqrm_plugins/_reference").absolute())
STARTED = PluginState(name="reference", enabled=True, started=True)
ENDS_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"


@pytest.fixture
def processes(postgres: PostgreSql, migrated: str) -> Iterator[tuple[Database, Database]]:
    """Two on one PostgreSQL, as far as the database can tell."""
    url = postgres.url(postgres.new(migrated))
    first, second = Database(url, CODEC), Database(url, CODEC)
    yield first, second
    first.close()
    second.close()


@pytest.mark.postgresql
def test_one_leads_until_it_lets_go(processes: tuple[Database, Database]) -> None:
    first, second = (Leading(each.connections.engine) for each in processes)
    assert (first.leads(), second.leads(), first.leads(), second.leads()) == (True, False, True, False)
    first.close()
    until(second.leads)  # PostgreSQL ends a session in its own time
    assert not first.leads()
    second.close()


@pytest.mark.postgresql
def test_who_has_lost_the_database_leads_no_more(processes: tuple[Database, Database]) -> None:
    first, second = (Leading(each.connections.engine) for each in processes)
    assert first.leads()
    with processes[1].connections.engine.connect() as connection:
        connection.execute(text(ENDS_OTHERS), {"name": processes[1].connections.engine.url.database})
    until(second.leads)
    with pytest.raises(DBAPIError):
        first.leads()
    assert not first.leads()
    second.close()


def test_who_is_alone_leads(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/openqrm.sqlite", CODEC)
    leading = Leading(database.connections.engine)
    assert leading.leads() and not leading.is_shared
    leading.close()
    database.close()


@pytest.mark.postgresql
def test_the_services_of_plugins_run_once_and_go_on_elsewhere(
    processes: tuple[Database, Database], tmp_path: Path
) -> None:
    first, second = (_children(each, tmp_path / name) for each, name in zip(processes, "ab", strict=True))
    first.apply()
    second.apply()
    processes[0].records.put(STARTED)  # neither is told: a third process may have done it
    first.apply()
    until(lambda: _pid(tmp_path / "a").exists())
    second.apply()
    assert not _pid(tmp_path / "b").exists()
    first.close()
    until(lambda: _applied(second) and _pid(tmp_path / "b").exists())
    assert not _pid(tmp_path / "a").exists()
    second.close()


def _children(database: Database, folder: Path) -> Children:
    host = PluginHost([REFERENCE])

    def site(networks: tuple[Network, ...]) -> Site:
        return Site(networks=networks, directory=folder, address="127.0.0.1", http_url="http://127.0.0.1")

    return Children(database, host, folder, site)


def _applied(children: Children) -> bool:
    """As the rounds do: PostgreSQL ends the session of the one that led in its own time."""
    children.apply()
    return children.may_move


def _pid(folder: Path) -> Path:
    return folder / "reference/reader.pid"
