"""Views of lists: own ones, shared ones, how many, and what goes with a user."""

import pytest

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.list_view import ListView
from openqrm.domain.user import Role, User
from openqrm.planning.list_view import MOST, ListViews, RemoveView, SaveView, ViewRow
from openqrm.planning.plan import ListEvents, UndoPlan
from openqrm.planning.user import RemoveUser
from openqrm.plugin_api.intents import Intent
from openqrm.services.caller import Caller
from openqrm.services.desk import Outcome, Wishes
from tests.unit.services.site import ADMIN, TestSite

EVE, BOB = Caller("eve", Role.READ_ONLY), Caller("bob", Role.OPERATOR)


@pytest.fixture(autouse=True)
def users(site: TestSite) -> None:
    for caller in (EVE, BOB):
        site.database.records.put(User(name=caller.user, role=caller.role.name))


def ask(site: TestSite, caller: Caller, intent: Intent) -> Outcome:
    return site.desk.ask(caller, intent, Wishes())


def views(site: TestSite, caller: Caller, of: str = "") -> list[ViewRow]:
    found: list[ViewRow] = site.desk.answer(caller, ListViews(of=of))
    return found


def test_a_view_is_its_users_and_comes_back_as_it_was_kept(site: TestSite) -> None:
    ask(site, EVE, SaveView("resource", "Idle ones", text="rack", state="idle", sort="-memory_mib", hidden=["mac"]))
    (row,) = views(site, EVE)
    assert (row.name, row.of, row.title, row.user) == ("eve.1", "resource", "Idle ones", "eve")
    assert (row.text, row.state, row.sort, row.hidden) == ("rack", "idle", "-memory_mib", ["mac"])
    assert views(site, BOB) == [] == views(site, EVE, of="image")
    assert [row.name for row in views(site, ADMIN)] == ["eve.1"]
    assert not site.desk.answer(EVE, ListEvents(about="view/eve.1"))


def test_the_same_title_is_the_same_view(site: TestSite) -> None:
    for of, text in (("resource", "a"), ("resource", "b"), ("image", "c")):
        ask(site, EVE, SaveView(of, "mine", text=text))
    ask(site, BOB, SaveView("resource", "mine", text="d"))
    assert [(row.name, row.text) for row in views(site, EVE)] == [("eve.1", "b"), ("eve.2", "c")]


def test_what_is_shared_everybody_sees_and_nobody_else_removes(site: TestSite) -> None:
    ask(site, EVE, SaveView("resource", "ours", shared=True))
    assert [row.name for row in views(site, BOB)] == ["eve.1"]
    with pytest.raises(OpenqrmError) as refusal:
        ask(site, BOB, RemoveView("eve.1"))
    assert refusal.value.category is Category.REFUSED
    ask(site, ADMIN, RemoveView("eve.1"))
    assert views(site, EVE) == []


def test_nobody_else_undoes_it(site: TestSite) -> None:
    plan = ask(site, EVE, SaveView("resource", "mine")).plan
    with pytest.raises(OpenqrmError, match="needs the role"):
        site.desk.ask(BOB, UndoPlan(plan.id), Wishes())


def test_there_is_an_end_to_them(site: TestSite) -> None:
    for number in range(1, MOST + 1):
        site.database.records.put(ListView(name=f"eve.{number}", user="eve", of="resource", title=str(number)))
    with pytest.raises(OpenqrmError, match="keeps 100 views already"):
        ask(site, EVE, SaveView("resource", "one more"))
    ask(site, EVE, SaveView("resource", "7", text="changed"))
    ask(site, EVE, RemoveView("eve.3"))
    ask(site, EVE, SaveView("resource", "one more"))
    assert "eve.101" in {row.name for row in views(site, EVE)}


def test_a_users_views_go_with_the_user(site: TestSite) -> None:
    ask(site, EVE, SaveView("resource", "mine"))
    ask(site, ADMIN, RemoveUser("eve"))
    assert site.database.records.list(ListView) == []
