"""Transfers at a start: who may reach what for how long, and when the wish is cleared."""

from dataclasses import dataclass, replace

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Plan
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Loan, Storage, Volume
from openqrm.planning.appliance_start import BOOT_DEADLINE_S, StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.appliance_switch import SwitchAppliance, plan_switch_appliance
from openqrm.planning.image import CreateImage, EditImage, plan_create_image, plan_edit_image
from openqrm.planning.volume import RemoveVolume, plan_remove_volume
from openqrm.plugin_api.drivers import NetworkService, Power, StorageDriver
from openqrm.plugin_api.planning import Planning
from openqrm.plugin_api.storage.exporting.nfs.exports import Client
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm_plugins.local_disk.driver import Driver as LocalDisk
from openqrm_plugins.local_disk.settings import Settings as OwnDisk
from openqrm_plugins.nfs_storage.driver import Driver as Nfs
from openqrm_plugins.nfs_storage.settings import Settings
from openqrm_plugins.tmpfs_storage.driver import Driver as Tmpfs

BLADE = Resource(name="blade1", mac="52:54:00:00:00:01", address="10.0.0.11", memory_mib=1024)
SEEN = Observation(name="blade1", power="on", boot_id="b", milestone="uplink", connected=True, last_seen_s=1e6)
APPLIANCE = Appliance(name="web", kernel="k", image="web", resource="blade1")
GIVEN = (
    BLADE,
    SEEN,
    Resource(name="store1", address="10.0.0.2", claimed_by="storage"),
    Kernel(name="k"),
    Storage(name="memory", type="tmpfs-storage", resource="store1"),
    Storage(name="folders", type="nfs-storage", resource="store1"),
    Storage(name="own", type="local-disk", resource="store1", settings={"machine": "blade1", "device": "sda"}),
    Volume(name="own", storage="own"),
    Volume(name="kiosk", storage="memory", size_mib=300),
    Volume(name="disk", storage="folders"),
    Volume(name="golden", storage="folders"),
    APPLIANCE,
)


@dataclass
class ThreeStorages:
    def storage(self, storage: Storage) -> StorageDriver:
        drivers: dict[str, StorageDriver] = {"nfs-storage": Nfs(Settings()), "local-disk": LocalDisk(OwnDisk())}
        return drivers.get(storage.type) or Tmpfs(Settings())

    def power(self, resource: Resource) -> Power | None:
        return None

    def waker(self, _resource: object) -> None:
        return None

    def network_services(self) -> list[NetworkService]:
        return []


def site(*more: Record) -> Planning:
    given = [record for record in GIVEN if record.ref not in {m.ref for m in more}]
    world = SimulatedWorld(given=(*given, *more))
    return Planning(facts=world.records, drivers=ThreeStorages(), user="anna", now_s=1e6)


def started(image: Image, *more: Record) -> Plan:
    return plan_start_appliance(StartAppliance("web"), site(image, *more))


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def profile(plan: Plan, id_: str = "profile") -> dict[str, str]:
    (step,) = (step for step in plan.steps if step.id == id_)
    return dict(step.action.fields["root"])


def test_an_install_is_lent_for_reading_for_the_boot_and_reclaimed_after_it() -> None:
    plan = started(Image(name="web", volume="disk", install_from="golden"))
    facts = profile(plan)
    assert (facts["install_type"], facts["install_path"]) == ("nfs", "/exports/golden")
    order = [id_ for id_ in ids(plan) if id_ in ("lend-golden", "ready", "install-from", "reclaim-golden")]
    assert order == ["lend-golden", "ready", "install-from", "reclaim-golden"]
    assert "volume/golden" in plan.touches()
    (lend,) = (step for step in plan.steps if step.id == "lend-golden")
    assert lend.action.client == Client("10.0.0.11", writes=False)


def test_a_transfer_is_granted_for_the_boot_and_cleared_after_it() -> None:
    plan = started(Image(name="web", volume="disk", transfer_to="golden"))
    assert profile(plan)["transfer_path"] == "/exports/golden"
    assert {"grant-golden", "transfer-to", "revoke-golden"} <= {*ids(plan)}


@pytest.mark.parametrize(("field", "over"), [("install_from", "reclaim-golden"), ("transfer_to", "revoke-golden")])
def test_a_machine_that_starts_anew_does_not_copy_once_more(field: str, over: str) -> None:
    plan = started(replace(Image(name="web", volume="disk"), **{field: "golden"}))
    later = profile(plan, "profile-later")
    assert later["path"] == "/exports/disk"
    assert not [key for key in later if key.startswith(("install_", "transfer_"))]
    assert ids(plan).index("ready") < ids(plan).index("profile-later") < ids(plan).index(over)


def test_a_machine_copies_to_its_own_disk_and_from_it_and_no_other_machine_does() -> None:
    for field, prefix in (("transfer_to", "transfer"), ("install_from", "install")):
        image = replace(Image(name="web", volume="disk"), **{field: "own"})
        facts = profile(started(image))
        assert (facts[f"{prefix}_type"], facts[f"{prefix}_device"], facts["path"]) == ("disk", "sda", "/exports/disk")
        elsewhere = Resource(name="blade2", mac="52:54:00:00:00:02", address="10.0.0.12", memory_mib=1024)
        planning = site(image, elsewhere, replace(SEEN, name="blade2"))
        with pytest.raises(PlanningError, match="own is sda in blade1: blade2 cannot reach it"):
            plan_start_appliance(StartAppliance("web", resource="blade2"), planning)


@pytest.mark.parametrize("image", [{"volume": "own"}, {"volume": "disk", "transfer_to": "own"}], ids=str)
def test_what_may_run_anywhere_runs_where_its_disk_is(image: dict[str, str]) -> None:
    smaller = Resource(name="blade0", mac="52:54:00:00:00:02", address="10.0.0.12", memory_mib=512)
    anywhere = (replace(APPLIANCE, resource=""), smaller, replace(SEEN, name="blade0"))
    assert "on blade1" in started(Image(name="web", **image), *anywhere).title
    assert "on blade0" in started(Image(name="web", volume="disk"), *anywhere).title


def test_a_root_on_its_own_disk_is_forgotten_and_not_destroyed() -> None:
    assert profile(started(Image(name="web", volume="own", install_from="golden")))["device"] == "sda"
    assert "what is on a disk stays" in plan_remove_volume(RemoveVolume("own"), site()).title


def test_a_copy_may_take_longer_than_a_boot() -> None:
    limits = {
        step.id: step.deadline_s for step in started(Image(name="web", volume="disk", install_from="golden")).steps
    }
    assert limits["mounted"] == BOOT_DEADLINE_S and limits["ready"] > 3600
    assert {step.id: step.deadline_s for step in started(Image(name="web", volume="disk")).steps}[
        "ready"
    ] == BOOT_DEADLINE_S


def test_a_root_in_memory_without_content_is_refused_with_a_hint() -> None:
    with pytest.raises(PlanningError, match="installed from nowhere") as refused:
        started(Image(name="web", volume="kiosk"))
    assert refused.value.category is Category.CONFLICT and "install_from" in refused.value.hint


def test_a_root_in_memory_can_be_filled_again_at_every_boot() -> None:
    plan = started(Image(name="web", volume="kiosk", install_from="golden"))
    assert profile(plan)["install_path"] == "/exports/golden" and profile(plan)["size_mib"] == "300"
    assert "lend-golden" in ids(plan)
    assert not {"install-from", "reclaim-golden", "profile-later"} & {*ids(plan)}, "a reboot copies it once more"


def test_nobody_copies_from_a_volume_that_is_being_written() -> None:
    busy = replace(Volume(name="golden", storage="folders"), granted_to="blade2")
    with pytest.raises(PlanningError, match="golden is granted to blade2"):
        started(Image(name="web", volume="disk", install_from="golden"), busy)


LOAN = Loan(name="golden.blade2", volume="golden", resource="blade2", mac="52:54:00:00:00:02", address="10.0.0.12")


def test_many_machines_are_filled_from_one_volume() -> None:
    assert "lend-golden" in ids(started(Image(name="web", volume="kiosk", install_from="golden"), LOAN))


def test_nobody_writes_or_removes_a_volume_that_is_being_read() -> None:
    with pytest.raises(PlanningError, match="golden is being read by blade2"):
        started(Image(name="web", volume="golden"), LOAN)
    with pytest.raises(PlanningError, match="golden is in use by resource blade2"):
        plan_remove_volume(RemoveVolume("golden"), site(LOAN, Resource(name="blade2")))


def test_a_stop_ends_the_loan_as_it_was_made() -> None:
    running = replace(APPLIANCE, wanted="running")
    moved = Resource(name="blade2", mac="52:54:00:00:00:99", address="10.0.0.99", claimed_by="web")
    plan = plan_stop_appliance(StopAppliance("web"), site(running, moved, LOAN, Image(name="web", volume="kiosk")))
    (reclaim,) = (step for step in plan.steps if step.id == "reclaim-golden")
    assert reclaim.action.client == Client("10.0.0.12", writes=False)
    assert "unread-golden" in ids(plan) and "volume/golden" in plan.touches()


OTHERS = (
    (Image(name="mail", volume="golden"), "in use by image mail"),
    (Volume(name="copy", storage="folders", source="golden"), "in use by volume copy"),
)


@pytest.mark.parametrize(("user", "words"), OTHERS)
def test_nothing_is_copied_over_what_is_somebodys(user: Record, words: str) -> None:
    image = Image(name="web", volume="disk", transfer_to="golden")
    with pytest.raises(PlanningError, match=words):
        started(image, user)
    with pytest.raises(PlanningError, match=words):
        plan_edit_image(EditImage("web", transfer_to="golden"), site(replace(image, transfer_to=""), user))
    with pytest.raises(PlanningError, match=words):
        plan_create_image(CreateImage("web", "disk", transfer_to="golden"), site(user))


def test_what_a_transfer_overwrites_has_to_be_typed() -> None:
    image = Image(name="web", volume="disk", transfer_to="golden")
    plan = started(image)
    assert plan.confirm == "golden" and "overwrite volume golden" in plan.title
    assert not started(replace(image, transfer_to="")).confirm
    claimed = replace(BLADE, claimed_by="web")
    elsewhere = Resource(name="blade2", mac="52:54:00:00:00:02", address="10.0.0.12", memory_mib=1024)
    seen, running = replace(SEEN, name="blade2"), replace(APPLIANCE, wanted="running")
    intent = SwitchAppliance("web", resource="blade2")
    assert plan_switch_appliance(intent, site(image, claimed, elsewhere, seen, running)).confirm == "golden"


def test_an_image_is_not_filled_from_what_it_is_copied_to() -> None:
    with pytest.raises(PlanningError, match="install_from and transfer_to"):
        plan_create_image(CreateImage("web", "disk", install_from="golden", transfer_to="golden"), site())
