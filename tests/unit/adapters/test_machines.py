"""What the boot door writes: only what it says, and never in a plan's way."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from openqrm.adapters.database import Database
from openqrm.domain.boot import Boot
from openqrm.domain.errors import OpenqrmError
from openqrm.domain.plan import Satisfied
from openqrm.domain.resource import Bmc, Observation, Resource
from openqrm.plugin_api.actions import SetField, put


def boot(resource: str, boot_id: str) -> Boot:
    return Boot(resource=resource, boot_id=boot_id, token_sha256="ab", profile="web", profile_id=7, opened_s=1.0)


def test_a_newer_boot_takes_the_place_of_the_older(database: Database) -> None:
    with database.machines() as machines:
        machines.put_boots([boot("m1", "m1.a"), boot("m2", "m2.a")])
    with database.machines() as machines:
        machines.put_boots([boot("m1", "m1.b")])
        assert machines.find_boots(["m1", "m2", "m3"]) == {"m1": boot("m1", "m1.b"), "m2": boot("m2", "m2.a")}


def test_discovered_machines_are_found_by_mac_and_name(database: Database) -> None:
    with database.machines() as machines:
        machines.add_resources(
            [Resource(name=f"m{n}", mac=f"02:00:00:00:{n // 256:02x}:{n % 256:02x}") for n in range(600)]
        )
        assert machines.find_by_mac(["02:00:00:00:00:02", "nobody"])["02:00:00:00:00:02"].name == "m2"
        assert len(machines.find_many(Resource, [f"m{n}" for n in range(700)])) == 600
    with pytest.raises(OpenqrmError), database.machines() as machines:
        machines.add_resources([Resource(name="m0")])


def test_observers_change_only_what_they_saw(database: Database) -> None:
    with database.machines() as machines:
        machines.put_observations(
            [("m1", {"power": "on"}), ("m2", {"milestone": "kernel", "statistics": {"load_1": 1}})]
        )
        machines.put_observations([("m1", {"milestone": "initrd"}), ("m1", {"milestone": "uplink", "connected": True})])
    seen = database.records.get(Observation, "m1")
    assert (seen.power, seen.milestone, seen.connected, seen.version) == ("on", "uplink", True, 1)
    assert database.records.get(Observation, "m2").statistics == {"load_1": 1}


def test_hardware_is_written_beside_the_wishes(database: Database) -> None:
    wished = database.records.put(Resource(name="m1", claimed_by="web"))
    with database.machines() as machines:
        machines.put_hardware([("m1", {"cpu_count": 4, "inventory": {"disks": []}}), ("gone", {"cpu_count": 1})])
    now = database.records.get(Resource, "m1")
    assert now == replace(wished, cpu_count=4, inventory={"disks": []})


@dataclass
class BootMeanwhile:
    """World and records: each time an action has looked at m1, m1 boots with another address."""

    database: Database

    @property
    def records(self) -> "BootMeanwhile":
        return self

    def find(self, kind: Any, name: str) -> Any:
        found = self.database.records.find(kind, name)
        with self.database.machines() as machines:
            machines.put_hardware([("m1", {"address": "10.0.0.9", "cpu_count": 4})])
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database.records, name)


CLAIM = SetField("resource", "m1", "claimed_by", "web", "", "Claim m1 for web")
BEFORE = Resource(name="m1", address="10.0.0.5")
EDIT = put(replace(BEFORE, bmc=Bmc(driver="ipmi")), BEFORE, "Change resource m1")


@pytest.mark.parametrize("action", [CLAIM, CLAIM.inverse(), EDIT, EDIT.inverse()], ids=lambda a: a.describe())
def test_a_plan_and_a_boot_write_one_resource_and_both_are_kept(database: Database, action: Any) -> None:
    before = action.before if isinstance(action.before, dict) else {"claimed_by": action.before}
    database.records.put(replace(BEFORE, claimed_by=before["claimed_by"], bmc=Bmc(**before.get("bmc", {}))))
    action.ensure(BootMeanwhile(database))
    assert isinstance(action.observe(database), Satisfied)
    now = database.records.get(Resource, "m1")
    assert (now.address, now.cpu_count) == ("10.0.0.9", 4), "what the boot wrote is lost"
    assert (now.claimed_by == "web") is (action is CLAIM) and (now.bmc.driver == "ipmi") is (action is EDIT)
