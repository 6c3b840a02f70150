"""Whoever waits for a plan is woken by its end, and by no other's."""

from openqrm.services.endings import Endings


def test_the_end_of_a_plan_wakes_all_who_wait_for_it() -> None:
    endings = Endings()
    with endings.awaited("1") as one, endings.awaited("1") as another, endings.awaited("2") as other:
        endings.tell("1")
        assert one.is_set() and another.is_set() and not other.is_set()


def test_whoever_has_left_is_not_told_and_not_remembered() -> None:
    endings = Endings()
    with endings.awaited("1") as stays:
        with endings.awaited("1") as leaves:
            pass
        endings.tell("1")
        assert stays.is_set() and not leaves.is_set()
    endings.tell("1")
    assert not endings._awaited
