"""Machines that nobody knows: some asked for a boot script and never registered, some registered by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, func, select

from openqrm.adapters.database.tables import BOOTS, EVENTS, LOCKS, RECORDS, STRANGER, TIDINGS

RESOURCES, OBSERVATIONS = RECORDS["resource"], RECORDS["observation"]
AT_ONCE = 2000  # more than one batch of the boot door can bring
_REF = "resource/" + RESOURCES.c.name
# Whoever has named it, meant it: names that nobody gave begin like this (openqrm.boot.opening).
_UNNAMED = RESOURCES.c.name.startswith("m-")
_NOBODYS = (RESOURCES.c.managed, RESOURCES.c.claimed_by == "", _UNNAMED)
_MEANT = (
    exists().where(LOCKS.c.ref == _REF, LOCKS.c.held.is_(True))
    | exists().where(RECORDS["appliance"].c.resource == RESOURCES.c.name)
    | exists().where(RECORDS["storage"].c.resource == RESOURCES.c.name)
)
# By the index alone: it is asked with every machine that is discovered.
TOO_MANY = (
    select(RESOURCES.c.id)
    .where(STRANGER)
    .order_by(RESOURCES.c.id.desc())
    .offset(bindparam("most"))
    .limit(AT_ONCE)
    .subquery()
)
THE_OLDEST = select(RESOURCES.c.name).join(TOO_MANY, TOO_MANY.c.id == RESOURCES.c.id).where(*_NOBODYS, ~_MEANT)
_WANTED: BindParameter[Any] = bindparam("wanted", expanding=True)
THESE_STRANGERS = select(RESOURCES.c.name).where(RESOURCES.c.name.in_(_WANTED), STRANGER, *_NOBODYS, ~_MEANT)
HOW_MANY_NEWCOMERS = select(func.count()).where(*_NOBODYS, RESOURCES.c.cpu_count > 0, RESOURCES.c.version == 1)
_THESE: BindParameter[Any] = bindparam("these", expanding=True)
_REFS: BindParameter[Any] = bindparam("refs", expanding=True)
_ABOUT = select(EVENTS.c.id).where(EVENTS.c.about.in_(_REFS))
FORGETTING = (
    delete(RESOURCES).where(RESOURCES.c.name.in_(_THESE)),
    delete(OBSERVATIONS).where(OBSERVATIONS.c.name.in_(_THESE)),
    delete(BOOTS).where(BOOTS.c.resource.in_(_THESE)),
    delete(TIDINGS).where(TIDINGS.c.event.in_(_ABOUT)),
    delete(EVENTS).where(EVENTS.c.about.in_(_REFS)),
)


def forget_strangers(connection: Connection, most: int) -> Sequence[str]:
    """Keep the newest `most` of them; the names of those that were forgotten, with all that was told of them."""
    names = list(connection.scalars(THE_OLDEST, {"most": most}))
    if names:
        refs = [f"resource/{name}" for name in names]
        for statement in FORGETTING:
            connection.execute(statement, {"these": names, "refs": refs})
    return names
