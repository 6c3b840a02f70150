"""The same key is the same plan, also after a restart."""

import pytest

from openqrm.adapters.dispatch.local import LocalDispatcher
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.planning.user import CreateUser
from openqrm.plugin_api.intents import Password
from openqrm.services.desk import Desk, Wishes
from openqrm.services.endings import Endings
from openqrm.services.wish_keys import KEPT_S, AskedBefore, check_key, digest_of_wish
from tests.unit.services.site import ADMIN, TestSite


def test_a_key_is_good_after_a_restart_and_holds_no_password(site: TestSite) -> None:
    bob = CreateUser("bob", password=Password("a long password"))
    first = site.desk.ask(ADMIN, bob, Wishes(key="k1"))
    again = Desk(
        site.database, site.world, site.host, site.catalogue, LocalDispatcher(), base_directory="/", endings=Endings()
    )
    assert again.ask(ADMIN, bob, Wishes(key="k1")).plan.id == first.plan.id
    with pytest.raises(OpenqrmError) as refusal:
        again.ask(ADMIN, CreateUser("eve"), Wishes(key="k1"))
    assert refusal.value.category is Category.CONFLICT
    other = CreateUser("bob", password=Password("another password"))
    assert digest_of_wish(other) == digest_of_wish(bob) != digest_of_wish(CreateUser("bob"))


def test_a_key_is_forgotten_in_the_end_and_is_the_users_own(site: TestSite) -> None:
    with site.database.transaction() as tx:
        check_key(tx, "admin", "k1", CreateUser("bob"), 0.0)
    first = site.desk.ask(ADMIN, CreateUser("bob"), Wishes(key="k1"))
    now_s = site.world.now_s()
    with site.database.transaction() as tx:
        check_key(tx, "eve", "k1", CreateUser("bob"), now_s)
        with pytest.raises(AskedBefore, match=first.plan.id):
            check_key(tx, "admin", "k1", CreateUser("bob"), now_s)
        check_key(tx, "admin", "k1", CreateUser("bob"), now_s + KEPT_S + 1)
