"""The database as a whole: tables as the migrations make them, one process alone, no waiting for oneself."""

import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from openqrm.adapters.database import Database
from openqrm.adapters.database.migrate import HEAD, version_of
from openqrm.adapters.database.tables import metadata
from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, OpenqrmError
from tests.postgresql import PostgreSql
from tests.unit.adapters.conftest import CODEC


def test_the_migrations_make_the_tables_of_today(database: Database) -> None:
    """When this fails a field was added without a migration: python -m tools.database_revision."""
    with database.connections.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert version_of(database.connections.engine) == HEAD


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.connections.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(OpenqrmError) as refused:
        database.migrate()
    assert refused.value.category is Category.UNSUPPORTED
    assert "9999" in refused.value.message


def test_one_process_works_alone(database: Database) -> None:
    with database.alone():
        other = Database(database.url, CODEC)
        with pytest.raises(OpenqrmError) as refused, other.alone():
            pass
        other.close()
    assert refused.value.category is Category.REFUSED
    with database.alone():
        pass


@pytest.mark.postgresql
def test_where_several_share_a_database_nobody_is_alone(postgres: PostgreSql, migrated: str) -> None:
    url = postgres.url(postgres.new(migrated))
    first, second, third = (Database(url, CODEC) for _ in range(3))
    with first.together(), second.together(), pytest.raises(OpenqrmError) as refused, third.alone():
        pass
    assert refused.value.category is Category.REFUSED
    with third.alone(), pytest.raises(OpenqrmError), first.together():
        pass
    for each in (first, second, third):
        each.close()


def test_a_process_that_was_killed_leaves_the_place(database: Database) -> None:
    program = (
        "import sys, os; from openqrm.adapters.database import Database\n"
        "from openqrm.plugin_api.codec import ActionCodec\n"
        "with Database(sys.argv[1], ActionCodec(())).alone(): print('held', flush=True); sys.stdin.read()"
    )
    argv = [sys.executable, "-c", program, database.url]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(OpenqrmError), database.alone():
            pass
        other.kill()
        other.wait()
    _until_alone(database)


def _until_alone(database: Database) -> None:
    for _ in range(200):
        try:
            with database.alone():
                return
        except OpenqrmError:
            threading.Event().wait(0.05)
    pytest.fail("the place of a killed process stays taken")


def test_many_threads_write_at_once(database: Database) -> None:
    def write(thread: int) -> None:
        for number in range(10):
            database.records.put(Appliance(name=f"a{thread}-{number}"))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(database.records.list(Appliance)) == 80


def test_a_transaction_does_not_wait_for_itself(database: Database) -> None:
    if not database.connections.on_sqlite:
        return
    with pytest.raises(RuntimeError), database.transaction():
        database.records.put(Appliance(name="web"))
    database.records.put(Appliance(name="web"))
