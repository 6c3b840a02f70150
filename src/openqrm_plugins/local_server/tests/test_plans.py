"""What is planned, what is refused, and in which order."""

from typing import Any

import pytest

from openqrm.plugin_api import (
    LOCAL_ROOT,
    SELF,
    Appliance,
    BootProfile,
    Category,
    Image,
    Kernel,
    Observation,
    PlanningError,
    Record,
    Resource,
    Reversal,
    Secret,
    Ssh,
    Storage,
    Volume,
)
from openqrm.plugin_api.actions import PutRecord
from openqrm.plugin_api.planning import Planning
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm_plugins.local_server.integrate import IntegrateMachine, plan_integrate
from openqrm_plugins.local_server.let_go import LetMachineGo, plan_let_go

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMQBdUWdf6kDCSMmH044HE9woYFquL8BEwhdyYqbiwyO"
NO_DRIVERS: Any = None  # they are not asked
PASSWORD = Secret("vault-1")
OWN = Resource(name=SELF, managed=False, ssh=Ssh(own_key=f"{KEY} openqrm"))
TAKEN_IN: tuple[Record, ...] = (
    OWN,
    Resource(name="web1", address="10.0.0.5", boot="local", claimed_by="web1", ssh=Ssh(host_key=KEY)),
    Storage(name="local-server", type="local-server", resource=SELF),
    Volume(name="web1", storage="local-server", granted_to="web1"),
    Image(name="web1", volume="web1"),
    Appliance(name="web1", image="web1", resource="web1", wanted="running"),
    BootProfile(name="web1", appliance="web1", kernel="", root_type=LOCAL_ROOT),
    Observation(name="web1", profile="web1", milestone="init", connected=True),
)


def planning(*records: Record) -> Planning:
    return Planning(SimulatedWorld(given=records).records, NO_DRIVERS, "admin", 1000.0)


def wish(password: Secret | None = PASSWORD, name: str = "web1") -> IntegrateMachine:
    return IntegrateMachine(name, "10.0.0.5", f"10.0.0.5 {KEY}", password)


def test_in_by_a_password_that_is_forgotten() -> None:
    plan = plan_integrate(wish(), planning(OWN, Kernel(name="k6", default=True)))
    assert [step.id for step in plan.steps] == [
        *("machine", "let-in", "key-only", "storage", "volume", "image", "note"),
        *("appliance", "claim", "profile", "up", "forget-password"),
    ]
    assert all(step.needs == (before.id,) for before, step in zip(plan.steps, plan.steps[1:], strict=False))
    written = [step.action.fields for step in plan.steps if isinstance(step.action, PutRecord)]
    assert [fields["ssh"]["secret"] for fields in written if "ssh" in fields] == ["vault-1", ""]


def test_one_that_was_a_resource_before_stays_one_when_it_is_taken_back() -> None:
    new = plan_integrate(wish(), planning(OWN))
    assert new.reversal == Reversal("local-server.remove", {"name": "web1"})
    assert plan_integrate(wish(), planning(OWN, Resource(name="web1"))).reversal is None


def test_in_by_a_key_that_is_there_already_and_a_second_machine_shares_the_storage() -> None:
    plan = plan_integrate(wish(None), planning(OWN, Storage(name="disks", type="local-server", resource=SELF)))
    assert not {"key-only", "storage", "forget-password"} & {step.id for step in plan.steps}


@pytest.mark.parametrize(
    ("records", "name", "says"),
    [
        ((Image(name="web1"),), "web1", "an image web1 already"),
        ((Volume(name="web1"),), "web1", "a volume web1 already"),
        ((Resource(name="web1", claimed_by="shop"),), "web1", "appliance shop runs on web1"),
        ((Resource(name="web1", host="h1"),), "web1", "web1 is a VM on h1"),
        ((), SELF, "openQRM itself runs on"),
    ],
)
def test_what_is_not_taken_in(records: tuple[Record, ...], name: str, says: str) -> None:
    with pytest.raises(PlanningError, match=says):
        plan_integrate(wish(name=name), planning(OWN, *records))


def test_out_again_first_off_the_machine_then_out_of_the_books() -> None:
    plan = plan_let_go(LetMachineGo("web1"), planning(*TAKEN_IN))
    assert [step.id for step in plan.steps] == [
        *("take-leave", "profile", "claim", "appliance", "image", "volume", "storage", "seen", "machine"),
    ]
    forced = plan_let_go(LetMachineGo("web1", force=True), planning(*TAKEN_IN[:-1]))
    assert forced.steps[0].id == "profile", "nobody signs in"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (Storage(name="nas", type="nfs-storage", resource="web1"), "in use by storage nas"),
        (Resource(name="vm1", host="web1"), "in use by resource vm1"),
        (Volume(name="data", storage="nas", granted_to="web1"), "in use by volume data"),
        (Observation(name="web1", profile="", milestone="uplink", connected=True), "does not run its own system"),
        (Volume(name="web1", storage="nas"), "was not taken in"),
    ],
)
def test_who_is_in_use_or_not_at_home_is_not_let_go(more: Record, says: str) -> None:
    others = [each for each in TAKEN_IN if each.ref != more.ref]
    with pytest.raises(PlanningError, match=says) as refused:
        plan_let_go(LetMachineGo("web1"), planning(*others, more, *(s for s in [_nas(more)] if s)))
    assert refused.value.category is Category.CONFLICT


def _nas(more: Record) -> Record | None:
    return None if isinstance(more, Storage) else Storage(name="nas", type="nfs-storage", resource="other")
