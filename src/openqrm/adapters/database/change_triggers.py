"""The triggers that write the row of changes: whoever changes an object, by whatever way, is told of.

They are made anew after each migration, because Alembic makes tables of SQLite anew and their triggers go with the old.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

from openqrm.adapters.database.tables import JOURNAL, PLANS, RECORDS

# An object's kind, and the column with its name. Two tables tell of the same object: a plan and its journal.
TOLD = {table.name: (kind, "id" if kind == "event" else "name") for kind, table in RECORDS.items() if kind != "factor"}
TOLD |= {PLANS.name: ("plan", "id"), JOURNAL.name: ("plan", "plan")}
# What a report of a running machine does not change: its statistics alone leave no row here, they are far too many.
NOTEWORTHY = ("power", "boot_id", "profile", "milestone", "failure", "connected")
HAPPENING = {"insert": "new", "update": "new", "delete": "old"}

DROPPING = "DROP TRIGGER IF EXISTS tell_{table_name}_{happening}"
ON_SQLITE = """
CREATE TRIGGER tell_{table_name}_{happening} AFTER {happening} ON {table_name} {when} BEGIN
    INSERT INTO changes (writer, kind, name) VALUES (0, '{kind}', {row}.{column});
END
"""
FUNCTION = """
CREATE OR REPLACE FUNCTION tell_{table_name}_{happening}() RETURNS trigger LANGUAGE plpgsql AS $told$
BEGIN
    INSERT INTO changes (writer, kind, name)
    VALUES (pg_current_xact_id()::text::bigint, '{kind}', {row}.{column});
    RETURN NULL;
END
$told$
"""
ON_POSTGRESQL = """
CREATE OR REPLACE TRIGGER tell_{table_name}_{happening} AFTER {happening} ON {table_name}
FOR EACH ROW {when} EXECUTE FUNCTION tell_{table_name}_{happening}()
"""
# A host's row shows what it carries, and nothing of the host itself changes when a VM has left it.
LEFT = {
    "update": "old.host {differs} new.host OR old.carries {differs} new.carries",
    "delete": "old.host <> '' OR old.carries <> ''",
}
LEFT_ON_SQLITE = """
CREATE TRIGGER tell_{table_name}_{happening} AFTER {event} ON resources WHEN {when} BEGIN
    INSERT INTO changes (writer, kind, name) SELECT 0, 'host', old.host WHERE old.host <> '';
    INSERT INTO changes (writer, kind, name) SELECT 0, 'host', old.name WHERE old.carries <> '';
END
"""
LEFT_FUNCTION = """
CREATE OR REPLACE FUNCTION tell_{table_name}_{happening}() RETURNS trigger LANGUAGE plpgsql AS $told$
BEGIN
    INSERT INTO changes (writer, kind, name)
    SELECT pg_current_xact_id()::text::bigint, 'host', left_by.host
    FROM (VALUES (old.host), (CASE WHEN old.carries <> '' THEN old.name ELSE '' END)) AS left_by (host)
    WHERE left_by.host <> '';
    RETURN NULL;
END
$told$
"""
LEFT_ON_POSTGRESQL = """
CREATE OR REPLACE TRIGGER tell_{table_name}_{happening} AFTER {event} ON resources
FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION tell_{table_name}_{happening}()
"""


class Statement(ExecutableDDLElement):
    """Data definition that SQLAlchemy has no words for; `words` are names of our own tables, nothing from outside."""

    inherit_cache = False

    def __init__(self, pattern: str, words: dict[str, str]) -> None:
        self.text = pattern.format(**words)


@compiles(Statement)
def _compile(statement: Statement, _compiler: Any, **_options: Any) -> str:
    return statement.text


def make_triggers(connection: Connection) -> None:
    """Those of this version, in the place of older ones."""
    on_sqlite = connection.dialect.name == "sqlite"
    present = inspect(connection).get_table_names()  # one that is missing fails the test of migrations, not all
    patterns = (DROPPING, ON_SQLITE) if on_sqlite else (FUNCTION, ON_POSTGRESQL)
    for words in _all_words(on_sqlite=on_sqlite):
        if words["table_name"] in present:
            for pattern in patterns:
                connection.execute(Statement(pattern, words))
    if "carries" in {column["name"] for column in inspect(connection).get_columns("resources")}:
        _make_those_of_hosts(connection, on_sqlite=on_sqlite)


def _make_those_of_hosts(connection: Connection, *, on_sqlite: bool) -> None:
    patterns = (DROPPING, LEFT_ON_SQLITE) if on_sqlite else (LEFT_FUNCTION, LEFT_ON_POSTGRESQL)
    for event, when in LEFT.items():
        words = {"table_name": "resources_left", "happening": event, "event": event}
        words["when"] = when.format(differs="IS NOT" if on_sqlite else "IS DISTINCT FROM")
        for pattern in patterns:
            connection.execute(Statement(pattern, words))


def _all_words(*, on_sqlite: bool) -> Iterator[dict[str, str]]:
    """What stands in the statements."""
    noteworthy = _noteworthy("IS NOT" if on_sqlite else "IS DISTINCT FROM")
    for table, (kind, column) in TOLD.items():
        for happening, row in HAPPENING.items():
            when = noteworthy if (kind, happening) == ("observation", "update") else ""
            words = {"happening": happening, "row": row, "column": column, "kind": kind, "when": when}
            yield {"table_name": table, **words}


def _noteworthy(differs: str) -> str:
    return f"WHEN ({' OR '.join(f'old.{name} {differs} new.{name}' for name in NOTEWORTHY)})"
