"""The keys under which plans were asked for: the same key asks for the same plan."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from openqrm.adapters.database.dialect import insert
from openqrm.adapters.database.tables import WISH_KEYS

_AT = (WISH_KEYS.c.user == bindparam("at_user"), WISH_KEYS.c.key == bindparam("at_key"))
FINDING = select(WISH_KEYS.c.plan, WISH_KEYS.c.wish).where(*_AT)
FORGETTING = delete(WISH_KEYS).where(*_AT, WISH_KEYS.c.at_s < bindparam("before_s"))


@dataclass(frozen=True)
class KnownWish:
    """What a key was used for: a digest of the wish, and its plan."""

    plan: str
    wish: str


class WishKeys:
    """In the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, user: str, key: str) -> KnownWish | None:
        """What this user has asked for under this key."""
        row = self._connection.execute(FINDING, {"at_user": user, "at_key": key}).first()
        return KnownWish(str(row.plan), row.wish) if row else None

    def forget(self, user: str, key: str, before_s: float) -> None:
        """If it is older."""
        self._connection.execute(FORGETTING, {"at_user": user, "at_key": key, "before_s": before_s})

    def add(self, user: str, key: str, known: KnownWish, now_s: float) -> bool:
        """Whether nobody was faster."""
        values = {"user": user, "key": key, "wish": known.wish, "plan": int(known.plan), "at_s": now_s}
        adding = insert(self._connection.dialect.name, WISH_KEYS).values(values).on_conflict_do_nothing()
        return self._connection.execute(adding.returning(WISH_KEYS.c.plan)).first() is not None
