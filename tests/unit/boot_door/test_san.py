"""Machines whose firmware boots a volume itself: who gets its password, and what is seen of them."""

import time
from dataclasses import replace

import httpx2
import pytest

from openqrm.boot.watch import tell
from openqrm.domain.appliance import BootProfile
from openqrm.domain.event import Event
from openqrm.domain.resource import Condition, Observation, condition
from tests.unit.boot_door.site import MAC, NAME, Running

PASSWORD = "vB7mKq2wRt9xZc4n"
PROFILE = BootProfile(
    name=NAME,
    appliance="win",
    kernel="k6",
    root_type="san",
    root=(
        ("uri", "iscsi:10.0.0.2::3260:1:iqn.2004-01.org.openqrm:win"),
        ("initiator", "iqn.2004-01.org.openqrm:writer-of-win"),
        ("user", "win"),
    ),
    secrets=(("secret", "grant-win"),),
)


@pytest.fixture
def san(site: Running) -> Running:
    """A machine that is known, with such a profile."""
    site.script()
    site.database.records.put(replace(site.resource(), address="127.0.0.1"))
    site.vault.keep("grant-win", PASSWORD)
    site.database.records.put(PROFILE)
    return site


def test_the_script_names_the_disk_and_the_account(san: Running) -> None:
    script = san.script()
    assert f"set password {PASSWORD}\n" in script and "set username win\n" in script
    assert "sanhook --drive 0x80 iscsi:10.0.0.2::3260:1:iqn.2004-01.org.openqrm:win" in script
    assert "kernel" not in script


def test_nobody_else_gets_it(san: Running) -> None:
    assert PASSWORD not in san.script("52:54:00:77:00:02")
    san.database.records.remove(BootProfile, NAME)
    assert PASSWORD not in san.script()
    assert PASSWORD not in str(san.database.records.list(Observation)) + " ".join(san.topics())


def test_who_says_its_mac_from_another_address_gets_no_password(san: Running) -> None:
    san.database.records.put(replace(san.resource(), address="127.0.0.2"))
    script = san.script()
    assert PASSWORD not in script and "sanhook" not in script and "at 127.0.0.2" in script
    san.writer.submit(tell, ()).result(20)  # what was told before is written by then
    (told_of,) = (each for each in san.database.records.list(Event) if each.topic == "boot.disk-refused")
    assert "from 127.0.0.1" in told_of.text and PASSWORD not in told_of.text


def test_a_disk_without_a_password_is_booted_too(san: Running) -> None:
    san.database.records.remove(BootProfile, NAME)
    san.database.records.put(replace(PROFILE, root=(("uri", "aoe:e1.5"),), secrets=()))
    script = san.script()
    assert "sanhook --drive 0x80 aoe:e1.5 " in script and "set password" not in script


def told(san: Running, script: str) -> httpx2.Response:
    """As the script asks."""
    (address,) = (word for line in script.splitlines() for word in line.split() if "/boot/san?" in word)
    return san.http.get(address)


def test_it_counts_as_assigned_when_firmware_has_its_disk_and_falls_silent_for_good(san: Running) -> None:
    script = san.script()
    assert san.seen().milestone == "script"
    answer = told(san, script)
    assert (answer.status_code, answer.text) == (200, "noted\n")
    seen = san.seen()
    assert (seen.milestone, seen.profile) == ("san", "win") and {NAME} in san.rung
    much_later_s = time.time() + 1e6
    assert condition(san.resource(), seen, much_later_s) is Condition.ASSIGNED
    assert condition(san.resource(), replace(seen, power="off"), much_later_s) is Condition.OFF


def test_a_boot_that_is_over_or_never_was_is_told_nothing(san: Running) -> None:
    old = san.script()
    san.script()
    assert told(san, old).status_code == 404 and san.seen().milestone == "script"
    for boot in ("", "nobody.0123", f"{NAME}.0123456789abcdef", "x" * 3000):
        assert san.http.get("/boot/san", params={"boot": boot}).status_code == 404
    assert san.script(MAC) and san.seen().milestone == "script"


def test_a_machine_with_a_system_of_ours_gains_nothing_by_it(site: Running) -> None:
    orders = site.orders()
    site.http.get(f"/boot/san?boot={orders.boot}")
    assert condition(site.resource(), site.seen(), time.time()) is Condition.BOOTING
