"""Keys of wishes, on both databases."""

from openqrm.adapters.database import Database
from openqrm.adapters.database.wish_keys import KnownWish
from openqrm.domain.plan import Plan


def test_a_key_is_kept_with_its_plan_and_goes_with_it(database: Database) -> None:
    with database.transaction() as tx:
        plan = tx.plans.create(Plan(title="p", steps=()), asked_by="admin", reason="", now_s=1.0)
        assert tx.wish_keys.find("admin", "k") is None
        assert tx.wish_keys.add("admin", "k", KnownWish(plan, "w"), 1.0)
    with database.transaction() as tx:
        assert not tx.wish_keys.add("admin", "k", KnownWish(plan, "x"), 2.0)
        assert tx.wish_keys.find("admin", "k") == KnownWish(plan, "w") and tx.wish_keys.find("eve", "k") is None
        tx.wish_keys.forget("admin", "k", 1.0)
        assert tx.wish_keys.find("admin", "k")
        tx.wish_keys.forget("admin", "k", 1.5)
        assert tx.wish_keys.find("admin", "k") is None
