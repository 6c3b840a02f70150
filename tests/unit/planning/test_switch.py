"""Switch: one plan that stops, changes and starts, the start planned from the facts as they will be."""

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import OnFailure, Plan
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.appliance_switch import SwitchAppliance, plan_switch_appliance
from openqrm.plugin_api.planning import Planning
from tests.unit.planning.shelf import planning


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


def switched(**parts: str) -> Plan:
    return plan_switch_appliance(
        SwitchAppliance("web", **parts), site(Volume(name="root", storage="nas", granted_to="m1"))
    )


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


def test_a_resource_is_released_when_all_of_its_volumes_are_free() -> None:
    plan = stopped(
        Volume(name="data", storage="nas", granted_to="m1"), Volume(name="root", storage="nas", granted_to="m1")
    )
    release = next(step for step in plan.steps if step.id == "release")
    assert {"free-data", "free-root"} <= {*release.needs}
