"""Machines whose power has to be asked for, found by the database: names alone, for there may be thousands."""

from __future__ import annotations

from sqlalchemy import Connection, select

from openqrm.adapters.database.tables import RECORDS

RESOURCES, SEEN = RECORDS["resource"].c, RECORDS["observation"].c
_HAS_CONTROLLER = (RESOURCES.host != "") | (RESOURCES.bmc["driver"].as_string() != "")
_SAYS_ON = SEEN.connected & (SEEN.power == "on")
DOUBTFUL = (
    select(RESOURCES.name, SEEN.connected)
    .join_from(RECORDS["resource"], RECORDS["observation"], SEEN.name == RESOURCES.name, isouter=True)
    .where(_HAS_CONTROLLER, _SAYS_ON.is_not(True))
)


def find_doubtful(connection: Connection) -> dict[str, bool]:
    """All that have a controller and do not say themselves that they are on, with whether they speak."""
    return {row.name: bool(row.connected) for row in connection.execute(DOUBTFUL)}
