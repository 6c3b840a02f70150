"""Appliances whose volume the firmware boots itself: what they wait for, and what they cannot do."""

from dataclasses import dataclass, replace

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Plan
from openqrm.domain.record import Record
from openqrm.domain.resource import Bmc, Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.plugin_api.actions import AwaitMilestone, PutRecord
from openqrm.plugin_api.drivers import NetworkService, Power, StorageDriver
from openqrm.plugin_api.planning import Planning
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm_plugins.ipmi.driver import Driver as Ipmi
from openqrm_plugins.ipmi.settings import Settings as IpmiSettings
from openqrm_plugins.nfs_storage.driver import Driver as Nfs
from openqrm_plugins.nfs_storage.settings import Settings as NfsSettings
from openqrm_plugins.sanboot_storage.driver import Driver as Sanboot
from openqrm_plugins.sanboot_storage.settings import Settings

BMC = Bmc(driver="ipmi", address="10.0.0.101", user="admin", secret="bmc-blade1")
BLADE = Resource(name="blade1", mac="52:54:00:00:00:01", address="10.0.0.11", memory_mib=1024, bmc=BMC)
GIVEN = (
    Observation(name="blade1", power="on", boot_id="b", milestone="uplink", connected=True, last_seen_s=1e6),
    Resource(name="store1", address="10.0.0.2", claimed_by="storage"),
    Kernel(name="k"),
    Storage(name="san", type="sanboot-iscsi", resource="store1"),
    Storage(name="folders", type="nfs-storage", resource="store1"),
    Volume(name="win", storage="san", size_mib=300),
    Volume(name="golden", storage="folders"),
    Appliance(name="desk", kernel="k", image="win", resource="blade1"),
)
WIN = Image(name="win", volume="win", os="windows")


@dataclass
class Drivers:
    def storage(self, storage: Storage) -> StorageDriver:
        return Nfs(NfsSettings()) if storage.type == "nfs-storage" else Sanboot(Settings())

    def power(self, resource: Resource) -> Power | None:
        return Ipmi(IpmiSettings()) if resource.bmc.driver else None

    def waker(self, _resource: object) -> None:
        return None

    def network_services(self) -> list[NetworkService]:
        return []


def started(*more: Record) -> Plan:
    world = SimulatedWorld(given=(*GIVEN, *more))
    planning = Planning(facts=world.records, drivers=Drivers(), user="anna", now_s=1e6)
    return plan_start_appliance(StartAppliance("desk"), planning)


def test_it_has_started_when_firmware_has_its_disk() -> None:
    steps = {step.id: step.action for step in started(BLADE, WIN).steps}
    assert steps["ready"] == AwaitMilestone("blade1", "desk", "san", "b")
    profile = steps["profile"]
    assert isinstance(profile, PutRecord) and profile.fields["root_type"] == "san"
    assert ["uri", "iscsi:10.0.0.2::3260:1:iqn.2004-01.org.openqrm:win"] in [
        list(fact) for fact in profile.fields["root"]
    ]
    assert "power-on" in steps


@pytest.mark.parametrize("field", ["install_from", "transfer_to"])
def test_nothing_can_be_copied_on_the_way(field: str) -> None:
    with pytest.raises(PlanningError, match="nothing copies it on the way") as refused:
        started(BLADE, replace(WIN, **{field: "golden"}))
    assert refused.value.category is Category.UNSUPPORTED


def test_a_machine_that_nobody_could_stop_is_not_started() -> None:
    with pytest.raises(PlanningError, match="blade1 has no BMC, and no agent") as refused:
        started(replace(BLADE, bmc=Bmc()), WIN)
    assert refused.value.category is Category.UNSUPPORTED
