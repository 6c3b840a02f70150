"""Machines that can only be woken: what plans rely on, and what is refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.record import Record
from openqrm.domain.resource import Bmc, Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.resource_power import PowerOffResource, PowerOnResource, plan_power_off, plan_power_on
from openqrm.plugin_api import Step
from openqrm.plugin_api.actions import AskReboot
from openqrm.plugin_api.planning import Planning
from tests.unit.planning.shelf import PlainDrivers, planning, said

M1 = Resource(name="m-1", mac="52:54:00:00:00:01", address="10.0.0.1", bmc=Bmc(driver="wake-on-lan"))
OFF = Observation(name="m-1", power="off", boot_id="m-1.00")
IDLE = Observation(name="m-1", power="on", boot_id="m-1.01", milestone="uplink", connected=True, last_seen_s=999.0)
RECORDS: tuple[Record, ...] = (
    Kernel(name="k6"), Image(name="web", volume="web"), Volume(name="web", storage="nas"),
    Storage(name="nas", resource="nas1"), Resource(name="nas1", address="10.0.0.2", managed=False),
    Appliance(name="web", kernel="k6", image="web"),
)  # fmt: skip


class Waking(PlainDrivers):
    def waker(self, resource: Any) -> Any:
        return self if resource.bmc.driver else None

    def plan_wake(self, resource: Resource, boot: str) -> tuple[Step, ...]:
        return (replace(said("wake"), why=boot or "the first time"),)


def asked(*records: Record) -> Planning:
    return replace(planning(*RECORDS, *records), drivers=Waking())


def ids(plan: Any) -> list[str]:
    return [step.id for step in plan.steps]


def test_on_is_a_packet_and_the_boot_that_it_was_in_does_not_count() -> None:
    plan = plan_power_on(PowerOnResource("m-1"), asked(M1, OFF))
    assert ids(plan) == ["wake", "note-on"] and plan.steps[0].why == "m-1.00"


def test_off_is_asked_of_its_system_alone_and_has_to_be_answered() -> None:
    plan = plan_power_off(PowerOffResource("m-1"), asked(M1, IDLE))
    assert ids(plan) == ["ask", "note-off"]
    assert not plan.steps[0].optional, "nothing else would do it"


@pytest.mark.parametrize("seen", [OFF, replace(IDLE, connected=False)])
def test_without_a_system_that_answers_off_is_refused_while_planning(seen: Observation) -> None:
    with pytest.raises(PlanningError, match="wake-on-lan only switches m-1 on") as refused:
        plan_power_off(PowerOffResource("m-1"), asked(M1, seen))
    assert refused.value.category is Category.UNSUPPORTED


def test_a_start_wakes_what_is_off_and_an_undo_reboots_it_into_idle() -> None:
    plan = plan_start_appliance(StartAppliance("web"), asked(M1, OFF))
    wake = next(step for step in plan.steps if step.id == "wake")
    assert not {"reboot", "power-off"} & {*ids(plan)}
    assert wake.back == AskReboot("m-1", "", "web") and {"profile", "claim"} <= {*wake.needs}


def test_a_start_on_what_is_up_is_a_reboot_by_its_agent() -> None:
    plan = plan_start_appliance(StartAppliance("web"), asked(M1, IDLE))
    assert "reboot" in ids(plan) and "wake" not in ids(plan)


def test_a_stop_relies_on_what_is_seen() -> None:
    """Rebooted into idle: that it is off nobody could tell."""
    running = (replace(M1, claimed_by="web"), replace(IDLE, profile="web", milestone="init"))
    web = replace(next(each for each in RECORDS if isinstance(each, Appliance)), wanted="running")
    records = [each for each in RECORDS if each.ref != web.ref]
    plan = plan_stop_appliance(StopAppliance("web"), replace(planning(*records, web, *running), drivers=Waking()))
    assert ids(plan)[1:3] == ["reboot", "idle"] and "wake" not in ids(plan)
