"""The second factor: enrolled, proven, asked for; no code twice, no guessing, no way round."""

import pyotp
import pytest

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.user import SecondFactor, User
from openqrm.planning.user import RemoveSecondFactor, RemoveUser
from openqrm.services.desk import Wishes
from openqrm.services.second_factors import FREE_FAILURES, CodeNeeded, SecondFactors, render_svg
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
def factors(site: TestSite, clock: Clock) -> SecondFactors:
    return SecondFactors(site.database, clock)


def switch_on(factors: SecondFactors, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    totp = pyotp.parse_uri(factors.enrol("admin").uri)
    assert isinstance(totp, pyotp.TOTP)
    codes = factors.confirm("admin", totp.at(int(clock.at_s)))
    clock.at_s += 30
    return totp, codes


def refusal(factors: SecondFactors, code: str) -> Category:
    with pytest.raises(OpenqrmError) as refused:
        factors.check("admin", code)
    return refused.value.category


def test_without_one_nothing_is_asked(factors: SecondFactors) -> None:
    factors.check("admin", "")
    factors.enrol("admin")
    factors.check("admin", "")
    assert not factors.standing("admin").is_on


def test_it_is_on_once_a_code_has_proven_it(factors: SecondFactors, clock: Clock) -> None:
    totp, codes = switch_on(factors, clock)
    assert factors.standing("admin").is_on and len(set(codes)) == factors.standing("admin").recovery_codes_left == 10
    with pytest.raises(CodeNeeded):
        factors.check("admin", "")
    factors.check("admin", f" {totp.at(int(clock.at_s))[:3]} {totp.at(int(clock.at_s))[3:]} ")


def test_a_wrong_code_does_not_switch_it_on(factors: SecondFactors) -> None:
    factors.enrol("admin")
    with pytest.raises(OpenqrmError):
        factors.confirm("admin", "000000")
    assert not factors.standing("admin").is_on


def test_no_code_is_good_twice_nor_one_before_it(factors: SecondFactors, clock: Clock) -> None:
    totp, _ = switch_on(factors, clock)
    before = totp.at(int(clock.at_s) - 30)
    code = totp.at(int(clock.at_s))
    factors.check("admin", code)
    assert refusal(factors, code) is Category.REFUSED
    assert refusal(factors, before) is Category.REFUSED


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_clocks_may_differ_by_half_a_minute(factors: SecondFactors, clock: Clock, seconds: int, good: bool) -> None:
    totp, _ = switch_on(factors, clock)
    clock.at_s += 300
    code = totp.at(int(clock.at_s) + seconds)
    if good:
        factors.check("admin", code)
    else:
        assert refusal(factors, code) is Category.REFUSED


def test_a_recovery_code_is_good_once(factors: SecondFactors, clock: Clock) -> None:
    _, codes = switch_on(factors, clock)
    factors.check("admin", codes[3].upper())
    assert factors.standing("admin").recovery_codes_left == 9
    assert refusal(factors, codes[3]) is Category.REFUSED


def test_after_some_wrong_codes_even_the_right_one_waits(factors: SecondFactors, clock: Clock) -> None:
    totp, _ = switch_on(factors, clock)
    for _ in range(FREE_FAILURES + 1):
        assert refusal(factors, "nonsense") is Category.REFUSED
    assert refusal(factors, totp.at(int(clock.at_s))) is Category.BUSY
    clock.at_s += 60
    factors.check("admin", totp.at(int(clock.at_s)))


def test_it_cannot_be_enrolled_over(factors: SecondFactors, clock: Clock) -> None:
    switch_on(factors, clock)
    with pytest.raises(OpenqrmError) as refused:
        factors.enrol("admin")
    assert refused.value.category is Category.CONFLICT


def test_its_owner_removes_it_with_a_code_and_an_administrator_without(
    site: TestSite, factors: SecondFactors, clock: Clock
) -> None:
    totp, _ = switch_on(factors, clock)
    with pytest.raises(OpenqrmError):
        factors.remove("admin", "000000")
    factors.remove("admin", totp.at(int(clock.at_s)))
    assert not site.world.vault.holds("second-factor-admin")
    switch_on(factors, clock)
    outcome = site.desk.ask(ADMIN, RemoveSecondFactor("admin"), Wishes())
    assert outcome.plan.state == "done"
    factors.check("admin", "")
    assert not site.world.vault.holds("second-factor-admin")


def test_it_goes_with_its_user(site: TestSite, factors: SecondFactors) -> None:
    site.database.records.put(User(name="bob"))
    factors.enrol("bob")
    site.desk.ask(ADMIN, RemoveUser("bob"), Wishes())
    assert site.database.records.find(SecondFactor, "bob") is None
    assert not site.world.vault.holds("second-factor-bob")


def test_the_picture_is_plain_svg() -> None:
    drawn = render_svg("otpauth://totp/openQRM:admin?secret=ABC&issuer=openQRM")
    assert drawn.startswith("<svg") and "http://www.w3.org/2000/svg" in drawn and "script" not in drawn
