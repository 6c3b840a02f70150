"""Waiting for a boot ends at once when the machine is seen to be off, and tells how far it is with a transfer."""

from typing import Any

import pytest

from openqrm.domain.appliance import BootProfile
from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import NotYet, Satisfied
from openqrm.domain.resource import Observation
from openqrm.plugin_api.actions import AwaitMilestone
from openqrm.plugin_api.testing import SimulatedWorld

WAIT = AwaitMilestone("m1", "web", "init")


def world(**seen: Any) -> SimulatedWorld:
    made = SimulatedWorld(hosts={})
    made.records.put(Observation(name="m1", **{"boot_id": "b", "profile": "web", "power": "on", **seen}))
    return made


def test_a_machine_that_went_off_has_failed() -> None:
    with pytest.raises(StepError, match="m1 went off after kernel") as failed:
        WAIT.observe(world(milestone="kernel", power="off"))
    assert failed.value.category is Category.REFUSED


def test_one_that_is_on_or_that_nobody_asked_is_waited_for() -> None:
    for power in ("on", "unknown"):
        assert isinstance(WAIT.observe(world(milestone="kernel", power=power)), NotYet)


def test_before_its_script_it_may_be_off_for_a_moment_and_that_is_told() -> None:
    seen = WAIT.observe(world(profile="", milestone="uplink", power="off"))
    assert isinstance(seen, NotYet) and "says that it is off" in seen.because


def test_what_an_earlier_boot_has_reached_does_not_count() -> None:
    wait = AwaitMilestone("m1", "web", "init", after="b")
    for power in ("on", "off", "unknown"):
        assert isinstance(wait.observe(world(milestone="init", power=power)), NotYet)
    assert isinstance(wait.observe(world(milestone="init", boot_id="c")), Satisfied)


def test_where_it_has_arrived_its_end_is_not_the_boots() -> None:
    assert isinstance(WAIT.observe(world(milestone="init", power="off")), Satisfied)


@pytest.mark.parametrize(
    ("kind", "told", "says", "again_s"),
    [
        ("install_type", {"copied_bytes": 134e6, "copied_percent": 45}, "m1 copies: 45 %, 134 MB", 5),
        ("install_type", {"copied_bytes": 2e6}, "m1 copies: 0 %, 2 MB", 5),
        ("transfer_type", {}, "m1 copies: 0 %, 0 MB", 5),
        ("root_type", {"copied_bytes": 134e6, "copied_percent": 45}, "m1 is at root-mounted", 300),
    ],
)
def test_a_transfer_is_looked_at_often_and_told_in_percent_and_bytes(
    kind: str, told: dict[str, float], says: str, again_s: float
) -> None:
    made = world(milestone="root-mounted", statistics=told)
    made.records.put(
        BootProfile(name="m1", appliance="web", kernel="default", root_type="iscsi", root=((kind, "nfs"),))
    )
    assert WAIT.observe(made) == NotYet(says, again_s)
