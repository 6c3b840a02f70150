"""Machines that do not say how they are, found by the database: names alone, for there may be thousands."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from openqrm.adapters.database.tables import RECORDS
from openqrm.domain.resource import AGENT_MILESTONES

RESOURCES, SEEN = RECORDS["resource"].c, RECORDS["observation"].c
_SEEN_OF = (RECORDS["resource"], RECORDS["observation"], SEEN.name == RESOURCES.name)
_HAS_CONTROLLER = (RESOURCES.host != "") | (RESOURCES.bmc["driver"].as_string() != "")
_SAYS_ON = SEEN.connected & (SEEN.power == "on")
DOUBTFUL = (
    select(RESOURCES.name, SEEN.connected)
    .join_from(*_SEEN_OF, isouter=True)
    .where(_HAS_CONTROLLER, _SAYS_ON.is_not(True))
)
_REACHED_BY_SSH = (RESOURCES.address != "") & (RESOURCES.ssh["host_key"].as_string() != "")
HOSTS_BY_SSH = select(RESOURCES.name).where(RESOURCES.carries != "", RESOURCES.claimed_by == "", _REACHED_BY_SSH)
SILENT = select(SEEN.name).where(SEEN.connected, SEEN.last_seen_s < bindparam("before_s"))
LOST = (
    select(RESOURCES.name)
    .join_from(*_SEEN_OF)
    .where(SEEN.milestone.in_(AGENT_MILESTONES), SEEN.power != "off")
    .where(SEEN.last_seen_s < bindparam("now_s") - RESOURCES.timeout_s)
)


def find_doubtful(connection: Connection) -> dict[str, bool]:
    """All that have a controller and do not say themselves that they are on, with whether they speak."""
    return {row.name: bool(row.connected) for row in connection.execute(DOUBTFUL)}


def find_hosts_by_ssh(connection: Connection) -> frozenset[str]:
    """Hosts of VMs that run a system of their own, and how to reach them by SSH is known."""
    return frozenset(connection.scalars(HOSTS_BY_SSH))


def find_silent(connection: Connection, before_s: float) -> list[str]:
    """All that are taken for connected, and have not been heard since BEFORE_S."""
    return [*connection.scalars(SILENT, {"before_s": before_s})]


def find_lost(connection: Connection, now_s: float) -> frozenset[str]:
    """All whose `domain.resource.condition` is LOST."""
    return frozenset(connection.scalars(LOST, {"now_s": now_s}))
