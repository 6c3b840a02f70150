"""Counts and sums over everything, made by the database: nothing is read that is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, func, or_, select

from openqrm.adapters.database.rows import form
from openqrm.adapters.database.tables import EVENTS, PLANS
from openqrm.domain.appliance import Appliance
from openqrm.domain.plan import OPEN_STATES
from openqrm.domain.resource import AGENT_MILESTONES, Observation, Resource
from openqrm.domain.storage import Storage, Volume

RESOURCES, SEEN = form(Resource).table, form(Observation).table
APPLIANCES, STORAGES, VOLUMES = form(Appliance).table, form(Storage).table, form(Volume).table
BUSIEST = 50


class Overview:
    """In the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def resources(self, now_s: float) -> Sequence[Any]:
        """Resources that are alike in all that their condition follows from: how many, CPUs, MiB, whether in use."""
        serving = RESOURCES.c.name.in_(select(STORAGES.c.resource))
        alike = (
            RESOURCES.c.type, RESOURCES.c.managed, SEEN.c.power, SEEN.c.milestone,
            (SEEN.c.profile != "").label("has_profile"),
            (SEEN.c.last_seen_s < now_s - RESOURCES.c.timeout_s).label("is_silent"),
            or_(RESOURCES.c.claimed_by != "", RESOURCES.c.carries != "", serving).label("is_taken"),
        )  # fmt: skip
        totals = (
            func.count().label("many"), func.sum(RESOURCES.c.cpu_count).label("cpus"),
            func.sum(RESOURCES.c.memory_mib).label("memory_mib"),
        )  # fmt: skip
        return self._rows(select(*alike, *totals).select_from(_seen()).group_by(*alike))

    def load(self, now_s: float) -> Any:
        """Means and sums over the machines that report."""
        reporting = and_(
            SEEN.c.milestone.in_(AGENT_MILESTONES), SEEN.c.power != "off",
            SEEN.c.last_seen_s >= now_s - RESOURCES.c.timeout_s,
        )  # fmt: skip
        wanted = select(
            func.count().label("many"), func.avg(_figure("load_1")).label("load_1"),
            func.avg(_figure("cpu_percent")).label("cpu_percent"),
            func.sum(_figure("memory_used_mib")).label("memory_used_mib"),
            func.sum(_figure("memory_total_mib")).label("memory_total_mib"),
        )  # fmt: skip
        return self._rows(wanted.select_from(_seen()).where(reporting))[0]

    def hosts(self) -> Sequence[Any]:
        """The busiest of those that carry VMs."""
        carried = (
            select(RESOURCES.c.host, func.count().label("vms"), func.sum(RESOURCES.c.memory_mib).label("given_mib"))
            .where(RESOURCES.c.host != "")
            .group_by(RESOURCES.c.host)
            .subquery()
        )
        load = _figure("load_1")
        wanted = select(
            RESOURCES.c.name, RESOURCES.c.cpu_count, RESOURCES.c.memory_mib,
            func.coalesce(carried.c.vms, 0).label("vms"), func.coalesce(carried.c.given_mib, 0).label("given_mib"),
            load.label("load_1"), _figure("cpu_percent").label("cpu_percent"),
            _figure("memory_used_mib").label("memory_used_mib"),
        ).select_from(_seen().outerjoin(carried, carried.c.host == RESOURCES.c.name))  # fmt: skip
        wanted = wanted.where(RESOURCES.c.carries != "")
        return self._rows(wanted.order_by(case((load.is_(None), 1), else_=0), load.desc()).limit(BUSIEST))

    def storages(self) -> Sequence[Any]:
        """Each with its volumes."""
        volumes = STORAGES.outerjoin(VOLUMES, VOLUMES.c.storage == STORAGES.c.name)
        sums = (func.count(VOLUMES.c.id).label("volumes"), func.coalesce(func.sum(VOLUMES.c.size_mib), 0).label("mib"))
        which = (STORAGES.c.name, STORAGES.c.type, STORAGES.c.resource)
        return self._rows(select(*which, *sums).select_from(volumes).group_by(*which).order_by(STORAGES.c.name))

    def appliances(self) -> dict[str, int]:
        """By what is wanted of them."""
        return self._counts(APPLIANCES.c.wanted)

    def open_plans(self) -> dict[str, int]:
        """By state."""
        return self._counts(PLANS.c.state, PLANS.c.state.in_([*OPEN_STATES]))

    def open_events(self) -> dict[str, int]:
        """Those that nobody has acknowledged, by severity."""
        return self._counts(EVENTS.c.severity, EVENTS.c.acknowledged_by == "")

    def _counts(self, column: ColumnElement[Any], *where: ColumnElement[bool]) -> dict[str, int]:
        rows = self._rows(select(column, func.count()).where(*where).group_by(column))
        return {str(row[0]): int(row[1]) for row in rows}

    def _rows(self, statement: Any) -> Sequence[Any]:
        return self._connection.execute(statement).all()


def _seen() -> FromClause:
    return RESOURCES.outerjoin(SEEN, SEEN.c.name == RESOURCES.c.name)


def _figure(name: str) -> ColumnElement[Any]:
    figure: ColumnElement[Any] = SEEN.c.statistics[name].as_float()
    return figure
