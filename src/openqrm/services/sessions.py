"""Sessions of browsers, and the one-time links that begin one."""

from __future__ import annotations

import hashlib
import secrets

import msgspec

from openqrm.adapters.database import Database, Transaction
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.session import Session, SignInLink
from openqrm.domain.user import Role, SecondFactor, User
from openqrm.ports.world import World
from openqrm.services.caller import Caller, check_reach

IDLE_S = 7200.0
LONGEST_S = 43_200.0
MOST = 20  # of one user
SEEN_EVERY_S = 60.0
LINK_S = 600.0
OVER = "the session has ended"
HINT = "Sign in."


class Link(msgspec.Struct):
    """A link to be opened in a browser; `path` follows the address of the console."""

    link: str
    user: str
    path: str
    expires_s: float


class Sessions:
    """A session's token is kept by the browser alone; the database has its SHA-256."""

    def __init__(self, database: Database, world: World) -> None:
        self._database, self._world = database, world

    def begin(self, user: str, *, link: str = "", address: str = "", agent: str = "") -> str:
        """A new session's token; with `link` that link is spent for it. The user's oldest makes room for it."""
        token, now_s = secrets.token_urlsafe(32), self._world.now_s()
        with self._database.transaction() as tx:
            if link and not tx.sessions.spend_link(digest_of(link)):
                raise _refused_link()
            tx.sessions.end_old(now_s, IDLE_S)
            tx.sessions.end(*(each.digest for each in tx.sessions.of(user)[MOST - 1 :]))
            tx.sessions.add(
                Session(
                    digest=digest_of(token), user=user, stamp=stamp_of(tx, user), began_s=now_s, seen_s=now_s,
                    expires_s=now_s + LONGEST_S, address=address, agent=agent[:200],
                )
            )  # fmt: skip
        return token

    def use(self, token: str, *, quietly: bool = False) -> tuple[Caller, Session]:
        """Whose it is, with the role of this moment. `quietly` does not keep it from ending for being idle."""
        now_s, digest = self._world.now_s(), digest_of(token)
        with self._database.reading() as tx:
            found = tx.sessions.find(digest)
            if found is None or now_s > min(found.expires_s, found.seen_s + IDLE_S):
                raise PlanningError(Category.REFUSED, OVER, HINT)
            user = tx.records.find(User, found.user)
            if user is None or stamp_of(tx, user.name) != found.stamp:
                raise PlanningError(Category.REFUSED, OVER, HINT)
        if not quietly and now_s - found.seen_s > SEEN_EVERY_S:
            with self._database.transaction() as tx:
                tx.sessions.change(digest, seen_s=now_s)
        return Caller(user.name, Role[user.role]), found

    def restamp(self, token: str) -> None:
        """This session outlives a change of the user's second factor; the user's others do not."""
        with self._database.transaction() as tx:
            if found := tx.sessions.find(digest_of(token)):
                tx.sessions.change(found.digest, stamp=stamp_of(tx, found.user))

    def end(self, token: str) -> None:
        """Nothing happens when it has ended already."""
        with self._database.transaction() as tx:
            tx.sessions.end(digest_of(token))

    def end_all(self, user: str) -> None:
        """Of this user."""
        with self._database.transaction() as tx:
            tx.sessions.end(*(each.digest for each in tx.sessions.of(user)))

    def place(self) -> int:
        """Where the row of changes ends now: a stream from here on misses nothing of what is asked for afterwards."""
        with self._database.reading() as tx:
            return tx.changes.place()

    def list(self, user: str) -> list[Session]:
        """Those of this user that have not ended, the latest first."""
        now_s = self._world.now_s()
        with self._database.reading() as tx:
            stamp = stamp_of(tx, user)
            found = tx.sessions.of(user)
        return [s for s in found if s.stamp == stamp and now_s <= min(s.expires_s, s.seen_s + IDLE_S)]

    def make_link(self, caller: Caller, user: str = "") -> Link:
        """For oneself, or for anybody as an administrator. It takes the place of the password and of nothing else."""
        name, link = user or caller.user, secrets.token_urlsafe(32)
        if name != caller.user:
            check_reach(caller, Role.ADMINISTRATOR, "a sign-in link for somebody else")
        expires_s = self._world.now_s() + LINK_S
        with self._database.transaction() as tx:
            tx.records.get(User, name)
            tx.sessions.add_link(SignInLink(digest=digest_of(link), user=name, expires_s=expires_s))
        return Link(link, name, f"/sign-in#link={link}", expires_s)

    def user_of_link(self, link: str) -> str:
        """Raises PlanningError `refused`. The link stays good until a session is begun with it."""
        with self._database.reading() as tx:
            found = tx.sessions.find_link(digest_of(link))
            if found is None or self._world.now_s() > found.expires_s or tx.records.find(User, found.user) is None:
                raise _refused_link()
        return found.user


def digest_of(token: str) -> str:
    """What is kept of a token of 256 random bits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def csrf_of(token: str) -> str:
    """What a page of this session proves itself with: made from the token, which other pages cannot read."""
    return hashlib.sha256(f"csrf:{token}".encode()).hexdigest()


def stamp_of(tx: Transaction, user: str) -> str:
    """Changes with the password and with the second factor."""
    known, factor = tx.records.find(User, user), tx.records.find(SecondFactor, user)
    signs = (known.password_hash if known else "", factor.id if factor and factor.is_on else 0)
    return hashlib.sha256(msgspec.json.encode(signs)).hexdigest()


def _refused_link() -> PlanningError:
    hint = "Have a new one made: openqrm user sign-in-link"
    return PlanningError(Category.REFUSED, "this link is not known, spent, or too old", hint)
