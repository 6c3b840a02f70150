"""Sessions end by time, by their owner and by a changed password; links are good once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.user import Role, User
from openqrm.services.caller import Caller
from openqrm.services.sessions import IDLE_S, LINK_S, LONGEST_S, MOST, Sessions
from tests.unit.services.site import ADMIN, StillWorld, TestSite


class Clock(StillWorld):
    """A world in which time is what the test says."""

    at_s = 1_800_000_000.0

    def now_s(self) -> float:
        return self.at_s


@pytest.fixture
def clock(site: TestSite) -> Clock:
    return Clock(site.world.records, site.world.vault)


@pytest.fixture
def sessions(site: TestSite, clock: Clock) -> Sessions:
    return Sessions(site.database, clock)


def has_ended(sessions: Sessions, token: str) -> bool:
    try:
        sessions.use(token)
    except OpenqrmError as error:
        assert error.category is Category.REFUSED
        return True
    return False


def test_a_session_has_the_role_of_this_moment(site: TestSite, sessions: Sessions) -> None:
    token = sessions.begin("admin")
    assert sessions.use(token)[0] == ADMIN
    site.database.records.put(replace(site.database.records.get(User, "admin"), role=Role.READ_ONLY.name))
    assert sessions.use(token)[0].role is Role.READ_ONLY


@pytest.mark.parametrize("token", ["", "x", "\udcff", "' or 1=1"])
def test_what_is_no_token_opens_nothing(sessions: Sessions, token: str) -> None:
    assert has_ended(sessions, token)


def test_the_database_cannot_tell_the_token(site: TestSite, sessions: Sessions) -> None:
    token = sessions.begin("admin")
    with site.database.reading() as tx:
        assert token not in str(tx.sessions.of("admin"))


def test_it_ends_when_nothing_is_asked(sessions: Sessions, clock: Clock) -> None:
    token = sessions.begin("admin")
    clock.at_s += IDLE_S - 10
    sessions.use(token)
    clock.at_s += IDLE_S - 10
    sessions.use(token, quietly=True)
    clock.at_s += 20
    assert has_ended(sessions, token)


def test_it_ends_after_half_a_day_however_busy(sessions: Sessions, clock: Clock) -> None:
    token = sessions.begin("admin")
    for _ in range(int(LONGEST_S / 3600)):
        sessions.use(token)
        clock.at_s += 3600
    clock.at_s += 1
    assert has_ended(sessions, token)


def test_a_changed_password_and_a_removed_user_end_it(site: TestSite, sessions: Sessions) -> None:
    token, records = sessions.begin("admin"), site.database.records
    records.put(replace(records.get(User, "admin"), password_hash="another"))
    assert has_ended(sessions, token) and sessions.list("admin") == []
    token = sessions.begin("admin")
    records.remove(User, "admin")
    assert has_ended(sessions, token)


def test_a_user_has_so_many_and_the_oldest_makes_room(sessions: Sessions, clock: Clock) -> None:
    tokens = []
    for _ in range(MOST + 2):
        clock.at_s += 1
        tokens.append(sessions.begin("admin"))
    assert [has_ended(sessions, token) for token in tokens] == [True, True] + [False] * MOST
    sessions.end_all("admin")
    assert all(has_ended(sessions, token) for token in tokens)


def test_old_ones_are_swept_out(site: TestSite, sessions: Sessions, clock: Clock) -> None:
    sessions.begin("admin")
    sessions.make_link(ADMIN)
    clock.at_s += LONGEST_S + 1
    sessions.begin("admin")
    with site.database.reading() as tx:
        assert len(tx.sessions.of("admin")) == 1


def test_a_link_is_good_once(sessions: Sessions) -> None:
    link = sessions.make_link(ADMIN)
    assert link.path == f"/sign-in#link={link.link}"
    assert sessions.user_of_link(link.link) == sessions.user_of_link(link.link) == "admin"
    assert sessions.use(sessions.begin("admin", link=link.link))[0] == ADMIN
    uses: list[Callable[[], object]] = [
        lambda: sessions.begin("admin", link=link.link),
        lambda: sessions.user_of_link(link.link),
    ]
    for again in uses:
        with pytest.raises(OpenqrmError) as refused:
            again()
        assert refused.value.category is Category.REFUSED


def test_a_link_is_good_for_ten_minutes(sessions: Sessions, clock: Clock) -> None:
    link = sessions.make_link(ADMIN)
    clock.at_s += LINK_S + 1
    with pytest.raises(OpenqrmError):
        sessions.user_of_link(link.link)


def test_a_link_for_somebody_else_is_an_administrators(site: TestSite, sessions: Sessions) -> None:
    site.database.records.put(User(name="bob", role=Role.OPERATOR.name))
    assert sessions.user_of_link(sessions.make_link(ADMIN, "bob").link) == "bob"
    with pytest.raises(OpenqrmError) as refused:
        sessions.make_link(Caller("bob", Role.OPERATOR), "admin")
    assert refused.value.category is Category.REFUSED
    with pytest.raises(OpenqrmError):
        sessions.make_link(ADMIN, "nobody")
