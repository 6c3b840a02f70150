"""Switch: one plan that stops, changes and starts, the start planned from the facts as they will be."""

from dataclasses import replace

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import OnFailure, Plan
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.appliance_switch import SwitchAppliance, plan_switch_appliance
from openqrm.plugin_api.planning import Planning
from tests.unit.engine.rack import RackPower
from tests.unit.planning.shelf import PlainDrivers, planning


def site(*volumes: Volume) -> Planning:
    return planning(
        Resource(name="m1", mac="52:54:00:00:00:01", claimed_by="web"),
        Resource(name="m2", mac="52:54:00:00:00:02"),
        Observation(name="m1", milestone="init", profile="web", boot_id="a", last_seen_s=1000.0),
        Observation(name="m2", milestone="uplink", boot_id="b", last_seen_s=1000.0),
        BootProfile(name="m1", appliance="web", kernel="old", root_type="nfs"),
        Kernel(name="old"),
        Kernel(name="new"),
        Resource(name="openqrm", address="10.0.0.1"),
        Storage(name="nas", type="nfs-storage", resource="openqrm"),
        *volumes,
        Image(name="web", volume="root"),
        Appliance(name="web", image="web", kernel="old", wanted="running"),
    )


class Powered(PlainDrivers):
    """Every machine has a BMC."""

    def power(self, resource: Resource) -> RackPower:
        return RackPower()


def switched(powered: bool = False, /, **parts: str) -> Plan:
    given = site(Volume(name="root", storage="nas", granted_to="m1"))
    given = replace(given, drivers=Powered()) if powered else given
    return plan_switch_appliance(SwitchAppliance("web", **parts), given)


def stopped(*volumes: Volume) -> Plan:
    return plan_stop_appliance(StopAppliance("web"), site(*volumes))


def test_a_running_appliance_is_stopped_changed_and_started_in_one_plan() -> None:
    plan = switched(kernel="new")
    ids = [step.id for step in plan.steps]
    assert ids.index("stop-want") < ids.index("stop-release") < ids.index("switch") < ids.index("start-claim")
    assert plan.on_failure is OnFailure.HOLD
    known: set[str] = set()
    for step in plan.steps:
        assert known.issuperset(step.needs), step.id
        known.add(step.id)
    profile = next(step for step in plan.steps if step.id == "start-profile")
    assert profile.action.fields["kernel"] == "new" and profile.action.before is None


def test_it_moves_to_another_machine() -> None:
    plan = switched(resource="m2")
    claim = next(step for step in plan.steps if step.id == "start-claim")
    assert "Claim m2" in claim.action.describe()
    assert {"resource/m1", "resource/m2"} <= set(plan.touches())


def before(plan: Plan, step: str) -> set[str]:
    """All that has to be over when this step begins."""
    needs = {each.id: each.needs for each in plan.steps}
    found: set[str] = set()
    waiting = [step]
    while waiting:
        news = set(needs[waiting.pop()]) - found
        found |= news
        waiting += news
    return found


def test_a_volume_waits_for_the_old_machine_and_not_for_its_way_back_to_the_pool() -> None:
    plan = switched(True, resource="m2")
    for granting in ("start-writer-root", "start-power-off", "start-profile"):
        waited_for = before(plan, granting)
        assert {"stop-power-off", "stop-still-off", "stop-profile", "stop-free-root", "stop-release"} <= waited_for
        assert not {"stop-power-on", "stop-idle"} & waited_for
    assert {"stop-power-on", "stop-idle"} <= {step.id for step in plan.steps}, "the old machine comes back to the pool"
    assert "stop-release" in before(plan, "stop-power-on")


def test_without_a_bmc_only_the_idle_system_shows_that_the_old_one_is_gone() -> None:
    assert "stop-idle" in before(switched(resource="m2"), "start-writer-root")


def test_the_same_machine_does_not_boot_the_idle_system_on_the_way() -> None:
    plan = switched(True, kernel="new")
    ids = [step.id for step in plan.steps]
    assert {"stop-still-off", "start-power-off", "start-power-on"} <= {*ids}
    assert not {"stop-power-on", "stop-idle"} & {*ids}
    assert {"stop-idle", "start-reboot"} <= {step.id for step in switched(kernel="new").steps}


def test_a_resource_is_released_when_all_of_its_volumes_are_free() -> None:
    plan = stopped(
        Volume(name="data", storage="nas", granted_to="m1"), Volume(name="root", storage="nas", granted_to="m1")
    )
    release = next(step for step in plan.steps if step.id == "release")
    assert {"free-data", "free-root"} <= {*release.needs}
