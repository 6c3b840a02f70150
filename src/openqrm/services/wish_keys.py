"""One key, one wish: a request that is repeated, also after a restart, is answered with the plan it made."""

from __future__ import annotations

import hashlib

import msgspec

from openqrm.adapters.database import Transaction
from openqrm.adapters.database.wish_keys import KnownWish
from openqrm.domain.errors import Category, PlanningError
from openqrm.plugin_api.intents import Intent
from openqrm.services.sealing import sealed_fields

KEPT_S = 7 * 86400.0


class AskedBefore(Exception):
    """The key has a plan already; nothing has been stored."""

    def __init__(self, plan: str) -> None:
        super().__init__(plan)
        self.plan = plan


def digest_of_wish(intent: Intent) -> str:
    """Secrets count as given or not: a digest of a password would help to guess it."""
    said = msgspec.structs.asdict(intent)
    said |= {name: bool(said[name]) for name in sealed_fields(type(intent))}
    text = msgspec.json.encode([intent.noun, intent.verb, said], order="sorted")
    return hashlib.sha256(text).hexdigest()


def check_key(tx: Transaction, user: str, key: str, intent: Intent, now_s: float) -> None:
    """Raises AskedBefore; PlanningError `conflict` when the key was used for something else."""
    tx.wish_keys.forget(user, key, now_s - KEPT_S)
    known = tx.wish_keys.find(user, key)
    if known is None:
        return
    if known.wish != digest_of_wish(intent):
        hint = "Take a new key for a new wish."
        raise PlanningError(Category.CONFLICT, "this idempotency key was used for another wish", hint)
    raise AskedBefore(known.plan)


def keep_key(tx: Transaction, user: str, key: str, intent: Intent, plan: str, now_s: float) -> None:
    """With the plan, in one transaction. Raises PlanningError `busy` when the same was asked at the same moment."""
    if not tx.wish_keys.add(user, key, KnownWish(plan, digest_of_wish(intent)), now_s):
        hint = "Ask again: it is answered with the plan that the other one made."
        raise PlanningError(Category.BUSY, "the same key is being used at this moment", hint)
