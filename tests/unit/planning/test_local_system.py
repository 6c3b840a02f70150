"""An appliance whose root is a machine's own disk: to the idle system and back, where the machine can be netbooted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.appliance import LOCAL_ROOT, Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.record import Record
from openqrm.domain.resource import SELF, Observation, Resource, Ssh
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.plugin_api import Root
from openqrm.plugin_api.actions import AskReboot, PutRecord
from openqrm.plugin_api.planning import Planning
from tests.unit.engine.rack import RackPower
from tests.unit.planning.shelf import PlainDrivers, PlainStorage, planning

BOX = Resource(name="box", mac="52:54:00:00:00:05", address="10.0.0.5", claimed_by="box", ssh=Ssh(host_key="KEY"))
PROFILE = BootProfile(name="box", appliance="box", kernel="k6", root_type=LOCAL_ROOT)
UP = Observation(name="box", profile="box", milestone="init", connected=True, boot_id="box.01", last_seen_s=999.0)
IDLE = replace(UP, profile="", milestone="uplink", boot_id="box.02")
RUNNING: tuple[Record, ...] = (
    Kernel(name="k6"), Image(name="box", volume="box"), Volume(name="box", storage="disks", granted_to="box"),
    Storage(name="disks", type="local-server", resource=SELF), Resource(name=SELF, managed=False),
    Appliance(name="box", kernel="k6", image="box", resource="box", wanted="running"), PROFILE, UP,
)  # fmt: skip


class Local(PlainStorage):
    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        return Root(type=LOCAL_ROOT, facts=())


class Drivers(PlainDrivers):
    def storage(self, storage: Storage) -> Any:
        return Local()


class Powered(Drivers):
    """The machine has a BMC."""

    def power(self, resource: Resource) -> RackPower:
        return RackPower()


def asked(*changed: Record, without: str = "") -> Planning:
    gone = {each.ref for each in changed} | {without}
    return replace(planning(*(each for each in RUNNING if each.ref not in gone), *changed), drivers=Drivers())


def test_one_that_boots_its_own_disk_whatever_happens_cannot_be_stopped() -> None:
    with pytest.raises(PlanningError, match="would never be seen idle") as refused:
        plan_stop_appliance(StopAppliance("box"), asked(replace(BOX, boot="local")))
    assert refused.value.category is Category.CONFLICT and "resource boot box net" in refused.value.hint


def test_a_stop_withdraws_the_profile_and_reboots_it_into_idle() -> None:
    ids = [step.id for step in plan_stop_appliance(StopAppliance("box"), asked(BOX)).steps]
    assert ids[:4] == ["want", "profile", "reboot", "idle"] and ids[-1] == "release"
    assert ids.index("idle") < ids.index("free-box")


def test_a_start_sends_it_back_to_its_own_disk() -> None:
    stopped = (
        Appliance(name="box", kernel="k6", image="box", resource="box"), Volume(name="box", storage="disks"), IDLE,
        replace(BOX, claimed_by=""),
    )  # fmt: skip
    plan = plan_start_appliance(StartAppliance("box"), asked(*stopped, without=PROFILE.ref))
    steps = {step.id: step.action for step in plan.steps}
    profile = steps["profile"]
    assert isinstance(profile, PutRecord) and profile.fields["root_type"] == LOCAL_ROOT
    assert steps["reboot"] == AskReboot("box", "box", "")


def test_its_firmware_may_go_to_its_own_disk_without_asking_anybody() -> None:
    stopped = (
        Appliance(name="box", kernel="k6", image="box", resource="box"), Volume(name="box", storage="disks"), IDLE,
        replace(BOX, claimed_by=""),
    )  # fmt: skip
    drivers = Powered()
    start = plan_start_appliance(StartAppliance("box"), replace(asked(*stopped, without=PROFILE.ref), drivers=drivers))
    stop = plan_stop_appliance(StopAppliance("box"), replace(asked(BOX), drivers=drivers))
    assert "script" not in {step.id for step in start.steps}, "its own system is what is waited for"
    assert "script" in {step.id for step in stop.steps}
