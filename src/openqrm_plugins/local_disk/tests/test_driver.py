"""Which disk a volume is, and for whom."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openqrm.plugin_api import Category, Machine, PlanningError, Storage, Volume
from openqrm.plugin_api.drivers import TransferDriver
from openqrm_plugins.local_disk.driver import Driver
from openqrm_plugins.local_disk.settings import Settings

PLACE = {"machine": "blade1", "device": "sda2"}
STORAGE = Storage(name="own", type="local-disk", resource="openqrm", settings=PLACE)
VOLUME = Volume(name="own", storage="own", id=7)
OWN, OTHER = (Machine(resource=name, mac="", address="") for name in ("blade1", "blade2"))
driver = Driver(Settings())


def test_it_is_a_storage_that_machines_copy_from_and_to() -> None:
    assert isinstance(driver, TransferDriver)
    nothing: list[Any] = [
        driver.plan_create(STORAGE, VOLUME),
        driver.plan_grant(STORAGE, VOLUME, OWN, ""),
        driver.plan_lend(STORAGE, VOLUME, OWN),
        driver.plan_revoke(STORAGE, VOLUME, OTHER, ""),
        driver.plan_reclaim(STORAGE, VOLUME, OTHER),
        driver.plan_remove(STORAGE, VOLUME),
    ]
    assert nothing == [()] * 6


def facts(storage: Storage = STORAGE, volume: Volume = VOLUME) -> dict[str, str]:
    root = driver.root(storage, volume, "10.0.0.1", "grant-own")
    assert root.type == "disk" and not root.secrets
    return dict(root.facts)


def test_its_content_is_known_again_and_not_that_of_a_namesake() -> None:
    assert facts() == facts(volume=replace(VOLUME, version=9, granted_to="blade1"))
    assert (facts()["device"], facts()["filesystem"], facts()["overwrite"]) == ("sda2", "ext4", "no")
    assert facts()["uuid"] != facts(volume=replace(VOLUME, id=8))["uuid"]
    assert facts(replace(STORAGE, settings={**PLACE, "overwrite": "sda2"}))["overwrite"] == "yes"


def test_no_other_machine_reaches_it() -> None:
    wishes: list[Callable[[], object]] = [
        lambda: driver.plan_grant(STORAGE, VOLUME, OTHER, ""),
        lambda: driver.plan_lend(STORAGE, VOLUME, OTHER),
    ]
    for wish in wishes:
        with pytest.raises(PlanningError, match="own is sda2 in blade1: blade2 cannot reach it") as refused:
            wish()
        assert refused.value.category is Category.UNSUPPORTED and "--resource blade1" in refused.value.hint


@pytest.mark.parametrize(
    ("settings", "volume", "says", "hint"),
    [
        ({}, VOLUME, "does not say which disk", "storage edit own"),
        ({"machine": "blade1"}, VOLUME, "does not say which disk", "device=sda"),
        ({**PLACE, "overwrite": "sda1"}, VOLUME, "sda1 is to be overwritten", "overwrite=sda2"),
        ({**PLACE, "device": "../mem"}, VOLUME, "settings of storage own", "machine, device"),
        (PLACE, Volume(name="more", storage="own"), "is one disk", "volume create own own"),
        (PLACE, replace(VOLUME, source="golden"), "cannot be a clone", "install_from"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(settings: dict[str, str], volume: Volume, says: str, hint: str) -> None:
    with pytest.raises(PlanningError, match=says) as refused:
        driver.plan_create(replace(STORAGE, settings=settings), volume)
    assert hint in refused.value.hint
