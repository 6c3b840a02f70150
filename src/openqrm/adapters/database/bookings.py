"""What VMs have booked on their hosts, summed up by the database: a plan for one VM must not read all of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from openqrm.adapters.database.rows import form
from openqrm.domain.resource import Resource
from openqrm.domain.vm import Booking


def booked(connection: Connection, type_: str, most: int) -> list[Booking]:
    """The host with most memory left first; MOST of them, 0: all."""
    rows = connection.execute(_question(bool(most)), {"type": type_} | ({"most": most} if most else {}))
    return [Booking(host=row.host, booked_mib=row.mib, vm_count=row.vms) for row in rows]


@lru_cache(maxsize=2)
def _question(limited: bool) -> Select[Any]:
    table = form(Resource).table
    sums = (
        select(table.c.host, func.sum(table.c.memory_mib).label("mib"), func.count().label("vms"))
        .where(table.c.host > "")
        .group_by(table.c.host)
        .subquery()
    )
    mib = func.coalesce(sums.c.mib, 0)
    question = (
        select(table.c.name.label("host"), mib.label("mib"), func.coalesce(sums.c.vms, 0).label("vms"))
        .join(sums, sums.c.host == table.c.name, isouter=True)
        .where(table.c.carries == bindparam("type"))
        .order_by((table.c.memory_mib - mib).desc(), table.c.name)
    )
    return question.limit(bindparam("most")) if limited else question
