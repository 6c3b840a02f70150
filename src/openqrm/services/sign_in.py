"""Who is at the door: passwords and tokens; and the first administrator, whose password is made at the first start."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from openqrm.adapters.database import Database
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.user import Role, Token, User
from openqrm.ports.world import World
from openqrm.services.caller import Caller
from openqrm.services.sealing import PASSWORDS
from openqrm.services.second_factors import SecondFactors
from openqrm.services.sessions import Sessions
from openqrm.services.sign_in_audit import SignInAudit
from openqrm.services.tries import TooManyTries, Tries

FIRST = "admin"
FIRST_FILE = "first-password"
KNOWN_S = 300.0  # how long a password that was right is not hashed again
MOST_KNOWN = 1000
MOST_AT_ONCE = 8  # passwords that are looked at or wait for it: each holds one of the door's threads
HINT = "Sign in with a user's name and password, or with a token (openqrm token create)."


class SignIn:
    """Turns what a door was shown into a Caller, or refuses without saying which part was wrong."""

    def __init__(
        self, database: Database, world: World, base_directory: Path, passwords: PasswordHasher = PASSWORDS
    ) -> None:
        self._database, self._world = database, world
        self.first_file = base_directory / FIRST_FILE
        self._hasher = passwords
        self._nobody = self._hasher.hash(secrets.token_hex())  # an unknown user takes as long as a wrong password
        self._salt = secrets.token_bytes(32)
        self._known: dict[bytes, float] = {}
        self.factors = SecondFactors(database, world)
        self.sessions = Sessions(database, world)
        self._tries, self._audit = Tries(), SignInAudit(database, world)
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._one_at_a_time = threading.Lock()  # hashing takes memory; a flood of guesses must not take all of it

    def make_first_administrator(self) -> str:
        """The password of the first administrator when there is no user yet, else empty. Also in a file, mode 0600."""
        with self._database.transaction() as tx:
            if tx.records.list(User):
                return ""
            password = secrets.token_urlsafe(15)
            hashed = self._hasher.hash(password)
            tx.records.put(User(name=FIRST, role=Role.ADMINISTRATOR.name, password_hash=hashed, comment="the first"))
            descriptor = os.open(self.first_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w") as file:
                file.write(password + "\n")
        return password

    def hash_password(self, password: str) -> str:
        """As users keep it."""
        return self._hasher.hash(password)

    def by_token(self, token: str, address: str = "") -> Caller:
        """Raises PlanningError `refused`."""
        digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
        found, user = self._find_token(digest)
        if found is None or user is None:
            self._audit.refused("", address, "its token is not known or no longer good")
            raise PlanningError(Category.REFUSED, "this token is not known or no longer good", HINT)
        self._audit.signed_in(user.name, f"token {found.name}", address)
        return Caller(user.name, Role[user.role])

    def _find_token(self, digest: str) -> tuple[Token | None, User | None]:
        with self._database.reading() as tx:
            for found in tx.records.list(Token, digest=digest):
                if not found.expires_at_s or self._world.now_s() < found.expires_at_s:
                    return found, tx.records.find(User, found.user)
        return None, None

    def by_password(self, name: str, password: str, address: str = "") -> Caller:
        """Raises PlanningError `refused`, TooManyTries."""
        user = None
        if name.isprintable():  # else the database itself would refuse it
            with self._database.reading() as tx:
                user = tx.records.find(User, name)
        stored = user.password_hash if user and user.password_hash else self._nobody
        if not self._is_right(name, stored, password, address) or user is None:
            self._audit.refused(user.name if user else "", address, "user or password is wrong")
            raise PlanningError(Category.REFUSED, "user or password is wrong", HINT)
        if user.name == FIRST:
            self.first_file.unlink(missing_ok=True)
        self._audit.signed_in(user.name, "a password", address)
        return Caller(user.name, Role[user.role])

    def _is_right(self, name: str, stored: str, password: str, address: str) -> bool:
        """What was right just now is not looked at again, whatever others try."""
        now_s = self._world.now_s()
        key = hmac.digest(self._salt, f"{stored}\0{password}".encode(errors="replace"), "sha256")
        if self._known.get(key, 0.0) > now_s:
            return True
        self._tries.check(name, address, now_s)
        if not self._fits(stored, password):
            self._tries.failed(name, address, now_s)
            return False
        self._tries.succeeded(name, address)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key] = now_s + KNOWN_S
        return True

    def _fits(self, stored: str, password: str) -> bool:
        if not self._room.acquire(blocking=False):
            raise TooManyTries(1.0)
        try:
            with self._one_at_a_time:
                self._hasher.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        finally:
            self._room.release()
        return True
