"""The second factor: codes by time (RFC 6238) from a key that the user's telephone has, and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from dataclasses import replace

import msgspec
import pyotp
import segno

from openqrm.adapters.database import Database, Transaction
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.user import SecondFactor
from openqrm.ports.world import World
from openqrm.services.tries import TooManyTries

STEP_S = 30
AROUND = (-1, 0, 1)  # clocks differ
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
FREE_FAILURES = 3
LONGEST_WAIT_S = 900.0


class CodeNeeded(PlanningError):
    """The password was right, and is not enough."""


class Enrolment(msgspec.Struct):
    """What the telephone is shown. It is not yet on: first a code has to prove that it has arrived."""

    uri: str
    secret: str
    svg: str


class Standing(msgspec.Struct):
    """How a user's second factor stands."""

    is_on: bool
    recovery_codes_left: int


class SecondFactors:
    """Thread-safe; also several processes on one database accept no code twice."""

    def __init__(self, database: Database, world: World) -> None:
        self._database, self._world = database, world

    def standing(self, user: str) -> Standing:
        """Of this user."""
        found = self._database.records.find(SecondFactor, user)
        is_on = found is not None and found.is_on
        return Standing(is_on, len(found.recovery) if found and is_on else 0)

    def enrol(self, user: str) -> Enrolment:
        """A new key; an older one that was never confirmed is forgotten. Raises PlanningError `conflict`."""
        key = pyotp.random_base32()
        found = self._database.records.find(SecondFactor, user)
        if found is not None and found.is_on:
            hint = "Remove it first, with a code; or have an administrator remove it."
            raise PlanningError(Category.CONFLICT, f"user {user} has a second factor already", hint)
        factor = found or SecondFactor(name=user)
        self._world.vault.keep(factor.reference, key)
        self._database.records.put(factor)
        uri = pyotp.TOTP(key).provisioning_uri(name=user, issuer_name="openQRM")
        return Enrolment(uri, key, render_svg(uri))

    def confirm(self, user: str, code: str) -> list[str]:
        """It is on from now; its recovery codes, told this once."""
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        found = self._database.records.find(SecondFactor, user)
        if found is None or found.is_on:
            raise PlanningError(Category.CONFLICT, "there is nothing to confirm", "Enrol first.")
        self._try(user, code, switch_on=tuple(_digest(each) for each in codes))
        return codes

    def check(self, user: str, code: str) -> None:
        """Raises CodeNeeded, PlanningError `refused` when the code is wrong, TooManyTries."""
        if not self.standing(user).is_on:
            return
        if not code:
            hint = "Give the code of the second factor too, or a recovery code."
            raise CodeNeeded(Category.REFUSED, f"user {user} has a second factor", hint)
        self._try(user, code)

    def remove(self, user: str, code: str) -> None:
        """With a last code of it."""
        if not self.standing(user).is_on:
            raise PlanningError(Category.CONFLICT, f"user {user} has no second factor", "Nothing is to be done.")
        self._try(user, code)
        self._database.records.remove(SecondFactor, user)
        self._world.vault.forget(SecondFactor(name=user).reference)

    def _try(self, user: str, code: str, switch_on: tuple[str, ...] = ()) -> None:
        """A wrong code counts, whatever is raised afterwards."""
        key = self._world.vault.reveal(SecondFactor(name=user).reference)
        now_s = self._world.now_s()
        with self._database.transaction() as tx:
            before = tx.records.get(SecondFactor, user)
            if now_s < before.due_s:
                raise TooManyTries(before.due_s - now_s)
            if after := _accepted(before, key, code, now_s):
                tx.records.put(replace(after, is_on=True, recovery=switch_on) if switch_on else after)
            else:
                _count_failure(before, tx, now_s)
        if after is None:
            hint = "A code is good for half a minute and once. Compare the clocks of telephone and server."
            raise PlanningError(Category.REFUSED, "the code is wrong", hint)


def _accepted(factor: SecondFactor, key: str, code: str, now_s: float) -> SecondFactor | None:
    """The factor as it is after this code, None when the code is wrong or was used before."""
    given, totp, this = code.strip().replace(" ", ""), pyotp.TOTP(key), int(now_s) // STEP_S
    for step in (this + each for each in AROUND):
        if step > factor.last_step and hmac.compare_digest(totp.at(step * STEP_S).encode(), given.encode()):
            return replace(factor, last_step=step, failures=0, due_s=0.0)
    digest = _digest(given)
    if factor.is_on and digest in factor.recovery:
        left = tuple(each for each in factor.recovery if each != digest)
        return replace(factor, recovery=left, failures=0, due_s=0.0)
    return None


def _count_failure(factor: SecondFactor, tx: Transaction, now_s: float) -> None:
    failures = factor.failures + 1
    wait_s = min(2.0 ** min(failures, 20), LONGEST_WAIT_S) if failures > FREE_FAILURES else 0.0
    tx.records.put(replace(factor, failures=failures, due_s=now_s + wait_s if wait_s else 0.0))


def _recovery_code() -> str:
    """60 bits: nobody guesses it, so a plain digest of it may be kept."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def _digest(code: str) -> str:
    return hashlib.sha256(code.lower().replace("-", "").encode()).hexdigest()


def render_svg(text: str) -> str:
    """A QR code, dark on white whatever the page's colours are."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, scale=4, light="#ffffff", dark="#000000")
    return out.getvalue().decode()
