"""Transfers at a start: who may reach what for how long, and when the wish is cleared."""

from dataclasses import dataclass, replace

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Plan
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.plugin_api.drivers import NetworkService, Power, StorageDriver
from openqrm.plugin_api.planning import Planning
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm_plugins.nfs_storage.driver import Driver as Nfs
from openqrm_plugins.nfs_storage.settings import Settings
from openqrm_plugins.tmpfs_storage.driver import Driver as Tmpfs

BLADE = Resource(name="blade1", mac="52:54:00:00:00:01", address="10.0.0.11", memory_mib=1024)
SEEN = Observation(name="blade1", power="on", boot_id="b", milestone="uplink", connected=True, last_seen_s=1e6)
GIVEN = (
    BLADE,
    SEEN,
    Resource(name="store1", address="10.0.0.2", claimed_by="storage"),
    Kernel(name="k"),
    Storage(name="memory", type="tmpfs-storage", resource="store1"),
    Storage(name="folders", type="nfs-storage", resource="store1"),
    Volume(name="kiosk", storage="memory", size_mib=300),
    Volume(name="disk", storage="folders"),
    Volume(name="golden", storage="folders"),
    Appliance(name="web", kernel="k", image="web", resource="blade1"),
)


@dataclass
class TwoStorages:
    def storage(self, storage: Storage) -> StorageDriver:
        return Nfs(Settings()) if storage.type == "nfs-storage" else Tmpfs(Settings())

    def power(self, resource: Resource) -> Power | None:
        return None

    def network_services(self) -> list[NetworkService]:
        return []


def started(image: Image, *more: Volume) -> Plan:
    given = [record for record in (*GIVEN, image) if record.ref not in {m.ref for m in more}]
    world = SimulatedWorld(given=(*given, *more))
    planning = Planning(facts=world.records, drivers=TwoStorages(), user="anna", now_s=1e6)
    return plan_start_appliance(StartAppliance("web"), planning)


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def profile(plan: Plan, id_: str = "profile") -> dict[str, str]:
    (step,) = (step for step in plan.steps if step.id == id_)
    return dict(step.action.fields["root"])


def test_an_install_is_granted_for_the_boot_and_cleared_after_it() -> None:
    plan = started(Image(name="web", volume="disk", install_from="golden"))
    facts = profile(plan)
    assert (facts["install_type"], facts["install_path"]) == ("nfs", "/exports/golden")
    order = [id_ for id_ in ids(plan) if id_ in ("grant-golden", "ready", "install-from", "revoke-golden")]
    assert order == ["grant-golden", "ready", "install-from", "revoke-golden"]
    assert "volume/golden" in plan.touches()


def test_a_transfer_is_granted_for_the_boot_and_cleared_after_it() -> None:
    plan = started(Image(name="web", volume="disk", transfer_to="golden"))
    assert profile(plan)["transfer_path"] == "/exports/golden"
    assert {"grant-golden", "transfer-to", "revoke-golden"} <= {*ids(plan)}


@pytest.mark.parametrize("field", ["install_from", "transfer_to"])
def test_a_machine_that_starts_anew_does_not_copy_once_more(field: str) -> None:
    plan = started(replace(Image(name="web", volume="disk"), **{field: "golden"}))
    later = profile(plan, "profile-later")
    assert later["path"] == "/exports/disk"
    assert not [key for key in later if key.startswith(("install_", "transfer_"))]
    assert ids(plan).index("ready") < ids(plan).index("profile-later") < ids(plan).index("revoke-golden")


def test_a_root_in_memory_without_content_is_refused_with_a_hint() -> None:
    with pytest.raises(PlanningError, match="installed from nowhere") as refused:
        started(Image(name="web", volume="kiosk"))
    assert refused.value.category is Category.CONFLICT and "install_from" in refused.value.hint


def test_a_root_in_memory_can_be_filled_again_at_every_boot() -> None:
    plan = started(Image(name="web", volume="kiosk", install_from="golden"))
    assert profile(plan)["install_path"] == "/exports/golden" and profile(plan)["size_mib"] == "300"
    assert "grant-golden" in ids(plan)
    assert not {"install-from", "revoke-golden", "profile-later"} & {*ids(plan)}, "a reboot copies it once more"


def test_nobody_copies_from_a_volume_that_is_being_written() -> None:
    busy = replace(Volume(name="golden", storage="folders"), granted_to="blade2")
    with pytest.raises(PlanningError, match="golden is granted to blade2"):
        started(Image(name="web", volume="disk", install_from="golden"), busy)
