"""The first administrator, passwords and tokens."""

import inspect
import stat
import time

import pytest

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.user import Role, Token, User
from openqrm.services.caller import Caller
from openqrm.services.desk import Desk
from openqrm.services.sealing import PASSWORDS
from openqrm.services.sign_in import SignIn
from tests.unit.services.site import ADMIN, PASSWORD, TestSite


def test_the_first_administrator_has_a_generated_password(site: TestSite) -> None:
    site.database.records.remove(User, "admin")
    password = site.sign_in.make_first_administrator()
    assert len(password) >= 20
    file = site.sign_in.first_file
    assert file.read_text().strip() == password and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert site.sign_in.by_password("admin", password) == ADMIN
    assert not file.exists()


def test_with_users_there_is_no_first_one(site: TestSite) -> None:
    assert site.sign_in.make_first_administrator() == ""


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("nobody", PASSWORD), ("admin", ""), ("\0", "\0")])
def test_what_is_wrong_is_refused_in_the_same_words(site: TestSite, name: str, password: str) -> None:
    with pytest.raises(OpenqrmError) as refusal:
        site.sign_in.by_password(name, password)
    assert (refusal.value.category, refusal.value.message) == (Category.REFUSED, "user or password is wrong")


def test_a_password_that_was_right_is_refused_once_it_is_changed(site: TestSite) -> None:
    assert site.sign_in.by_password("admin", PASSWORD) == ADMIN
    user = site.database.records.get(User, "admin")
    site.database.records.put(
        User(
            name="admin",
            id=user.id,
            version=user.version,
            role=user.role,
            password_hash=site.sign_in.hash_password("x"),
        )
    )
    with pytest.raises(OpenqrmError):
        site.sign_in.by_password("admin", PASSWORD)


def test_a_token_ends_with_its_time_and_with_its_user(site: TestSite) -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # SHA-256 of "test"
    token = site.database.records.put(Token(name="t", user="bob", digest=digest, expires_at_s=time.time() - 1))
    site.database.records.put(User(name="bob", role=Role.OPERATOR.name))
    with pytest.raises(OpenqrmError):
        site.sign_in.by_token("test")
    site.database.records.remove(Token, "t")
    site.database.records.put(Token(name="t", user="bob", digest=token.digest))
    assert site.sign_in.by_token("test") == Caller("bob", Role.OPERATOR)
    site.database.records.remove(User, "bob")
    with pytest.raises(OpenqrmError):
        site.sign_in.by_token("test")


def test_outside_of_tests_a_guess_costs_64_mib(site: TestSite) -> None:
    costly = SignIn(site.database, site.world, site.sign_in.first_file.parent).hash_password("x")
    assert costly.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert inspect.signature(Desk).parameters["passwords"].default is PASSWORDS
