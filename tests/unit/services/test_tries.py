"""Guesses get slower, and keep nobody out who has been in."""

import threading
import time
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher

from openqrm.domain.errors import OpenqrmError
from openqrm.domain.event import Event
from openqrm.domain.user import Token
from openqrm.services.sign_in import MOST_AT_ONCE, SignIn
from openqrm.services.sign_in_audit import MOST_A_MINUTE, SignInAudit
from openqrm.services.tries import FORGIVEN_S, FREE_TRIES, LONGEST_PAUSE_S, MOST_KEPT, TooManyTries, Tries
from tests.unit.services.site import ADMIN, PASSWORD, TestSite


def fail(tries: Tries, user: str, address: str, times: int, now_s: float = 0.0) -> None:
    for _ in range(times):
        tries.failed(user, address, now_s)


def pause_s(tries: Tries, user: str, address: str, now_s: float = 0.0) -> int:
    try:
        tries.check(user, address, now_s)
    except TooManyTries as refusal:
        return refusal.wait_s
    return 0


def test_pauses_grow_and_are_forgiven() -> None:
    tries = Tries()
    fail(tries, "bob", "10.0.0.1", FREE_TRIES - 1)
    assert pause_s(tries, "bob", "10.0.0.1") == 0
    fail(tries, "bob", "10.0.0.1", 1)
    assert pause_s(tries, "bob", "10.0.0.1") == 1
    fail(tries, "bob", "10.0.0.1", 3)
    assert pause_s(tries, "bob", "10.0.0.1") == 8
    fail(tries, "bob", "10.0.0.1", 100)
    assert pause_s(tries, "bob", "10.0.0.1") == LONGEST_PAUSE_S
    assert pause_s(tries, "bob", "10.0.0.1", FORGIVEN_S + 1) == 0


def test_one_address_is_slowed_for_all_names_and_one_name_from_all_addresses() -> None:
    tries = Tries()
    for number in range(FREE_TRIES + 3):
        tries.failed(f"user{number}", "10.0.0.1", 0.0)
        tries.failed("bob", f"10.0.1.{number}", 0.0)
    assert pause_s(tries, "alice", "10.0.0.1") and pause_s(tries, "bob", "10.0.0.9")
    assert not pause_s(tries, "alice", "10.0.0.9")


def test_a_network_of_ipv6_is_one_address() -> None:
    tries = Tries()
    for number in range(FREE_TRIES + 3):
        tries.failed(f"user{number}", f"fd00::{number:x}", 0.0)
    assert pause_s(tries, "alice", "fd00::ffff") and not pause_s(tries, "alice", "fd00:0:0:1::1")


def test_others_do_not_keep_out_who_has_been_in() -> None:
    tries = Tries()
    tries.succeeded("bob", "10.0.0.1")
    fail(tries, "bob", "10.6.6.6", 50)
    assert pause_s(tries, "bob", "10.6.6.6") and not pause_s(tries, "bob", "10.0.0.1")
    fail(tries, "bob", "10.0.0.1", FREE_TRIES + 1)
    assert pause_s(tries, "bob", "10.0.0.1")


def test_what_is_remembered_is_bounded() -> None:
    tries = Tries()
    for number in range(MOST_KEPT):
        tries.failed(f"u{number}" * 100, f"a{number}" * 100, 0.0)
    kept = list(tries._failures)
    assert len(kept) <= MOST_KEPT and max(len(part) for key in kept for part in key) <= 64


class SlowHasher(PasswordHasher):
    """Takes as long as it is let."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.let = threading.Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.let.wait(20)
        return super().verify(hash, password)


def test_a_flood_of_sign_ins_leaves_the_door_its_threads(site: TestSite, tmp_path: Path) -> None:
    hasher = SlowHasher()
    sign_in = SignIn(site.database, site.world, tmp_path, hasher)
    told: list[Exception] = []

    def guess(number: int) -> None:
        try:
            sign_in.by_password(f"nobody{number}", "wrong", f"10.0.0.{number}")
        except OpenqrmError as error:
            told.append(error)

    guesses = [threading.Thread(target=guess, args=(number,)) for number in range(MOST_AT_ONCE + 3)]
    for each in guesses:
        each.start()
    deadline = time.monotonic() + 20
    while len(told) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert all(isinstance(each, TooManyTries) for each in told)
    hasher.let.set()
    for each in guesses:
        each.join()
    assert len(told) == MOST_AT_ONCE + 3


def test_who_guesses_is_slowed_and_who_is_in_stays_in(site: TestSite) -> None:
    assert site.sign_in.by_password("admin", PASSWORD, "10.0.0.1") == ADMIN
    for _ in range(FREE_TRIES):
        with pytest.raises(OpenqrmError, match="wrong"):
            site.sign_in.by_password("admin", "guess", "10.6.6.6")
    for name in ("admin", "bob"):
        with pytest.raises(TooManyTries):
            site.sign_in.by_password(name, "guess", "10.6.6.6")
    assert site.sign_in.by_password("admin", PASSWORD, "10.6.6.6") == ADMIN
    with pytest.raises(OpenqrmError, match="wrong"):
        site.sign_in.by_password("admin", "mistyped", "10.0.0.1")


def told(site: TestSite) -> list[tuple[str, str, int]]:
    return [(event.topic, event.text, event.count) for event in site.database.records.list(Event)]


def test_sign_ins_are_told_of_once_an_hour(site: TestSite) -> None:
    site.database.records.put(
        Token(name="ci", user="admin", digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    )
    for _ in range(3):
        site.sign_in.by_password("admin", PASSWORD, "10.0.0.1")
        site.sign_in.by_token("test", "10.0.0.1")
        for name in ("admin", "my-secret-password"):
            with pytest.raises(OpenqrmError):
                site.sign_in.by_password(name, "wrong", "10.0.0.2")
    assert sorted(told(site)) == [
        ("user.sign-in-refused", "A sign-in as admin from 10.0.0.2 was refused: user or password is wrong", 1),
        ("user.sign-in-refused", "A sign-in from 10.0.0.2 was refused: user or password is wrong", 1),
        ("user.signed-in", "admin signed in with a password from 10.0.0.1", 1),
        ("user.signed-in", "admin signed in with token ci from 10.0.0.1", 1),
    ]


def test_a_flood_of_guesses_is_no_flood_of_events(site: TestSite) -> None:
    audit = SignInAudit(site.database, site.world)
    for number in range(4 * MOST_A_MINUTE):
        audit.refused("", f"10.0.{number // 250}.{number % 250}", "so")
    assert len(told(site)) <= 2 * MOST_A_MINUTE  # a minute may have ended meanwhile
