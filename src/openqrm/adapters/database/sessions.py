"""Sessions and one-time links, in the caller's transaction."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, delete, insert, select, update

from openqrm.adapters.database.tables import SESSIONS, SIGN_IN_LINKS
from openqrm.domain.session import Session, SignInLink

NAMES = [field.name for field in fields(Session)]
ALL = select(*(SESSIONS.c[name] for name in NAMES))
LINKS = select(SIGN_IN_LINKS)


class Sessions:
    """What is found may have ended: the caller compares the times."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        """Store it."""
        self._connection.execute(insert(SESSIONS), vars(session))

    def find(self, digest: str) -> Session | None:
        """The session of this digest."""
        row = self._connection.execute(ALL.where(SESSIONS.c.digest == digest)).first()
        return Session(**row._mapping) if row else None

    def of(self, user: str) -> list[Session]:
        """Those of this user, the latest first."""
        rows = self._connection.execute(ALL.where(SESSIONS.c.user == user).order_by(SESSIONS.c.began_s.desc()))
        return [Session(**row._mapping) for row in rows]

    def change(self, digest: str, **values: object) -> None:
        """Of one session."""
        self._connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(**values))

    def end(self, *digests: str) -> None:
        """Nothing happens to those that are gone already."""
        self._connection.execute(delete(SESSIONS).where(SESSIONS.c.digest.in_(digests)))

    def end_old(self, now_s: float, idle_s: float) -> None:
        """Sessions and links whose time is over."""
        over = (SESSIONS.c.expires_s < now_s) | (SESSIONS.c.seen_s < now_s - idle_s)
        self._connection.execute(delete(SESSIONS).where(over))
        self._connection.execute(delete(SIGN_IN_LINKS).where(SIGN_IN_LINKS.c.expires_s < now_s))

    def add_link(self, link: SignInLink) -> None:
        """Store it."""
        self._connection.execute(insert(SIGN_IN_LINKS), vars(link))

    def find_link(self, digest: str) -> SignInLink | None:
        """The link of this digest."""
        row = self._connection.execute(LINKS.where(SIGN_IN_LINKS.c.digest == digest)).first()
        return SignInLink(**row._mapping) if row else None

    def spend_link(self, digest: str) -> bool:
        """Whether it was still there: of two who come at once, one gets it."""
        return self._connection.execute(delete(SIGN_IN_LINKS).where(SIGN_IN_LINKS.c.digest == digest)).rowcount == 1
