"""The laws for its actions, what is noted of a machine, and the driver of its disk."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from openqrm.plugin_api import (
    LOCAL_ROOT,
    Category,
    Image,
    Machine,
    PlanningError,
    Resource,
    Satisfied,
    StepError,
    Storage,
    Volume,
)
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld
from openqrm.plugin_api.testing.case import carry_through
from openqrm_plugins.local_server.driver import Driver
from openqrm_plugins.local_server.leave import LetIn, TakeLeave
from openqrm_plugins.local_server.note import NoteMachine
from openqrm_plugins.local_server.tests.simulator import SimulatedMachine

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMQBdUWdf6kDCSMmH044HE9woYFquL8BEwhdyYqbiwyO"
WEB = Resource(name="web1", address="10.77.0.3")
DISK = Volume(name="web1", storage="local-server", granted_to="web1")
STORAGE = Storage(name="local-server", type="local-server", resource="openqrm")


def world(*keys: str, web: Resource = WEB) -> SimulatedWorld:
    given = (web, DISK, Image(name="web1", volume="web1"), Resource(name="m-1", mac="52:54:00:77:00:99"))
    return SimulatedWorld(hosts={"web1": SimulatedMachine(*keys)}, given=given)


CASES = [
    Case("let in", LetIn("web1", KEY), world),
    Case("take leave", TakeLeave("web1", KEY), lambda: world(f"{KEY} openqrm-local-server")),
    Case("note", NoteMachine("web1"), world),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


def test_a_key_that_somebody_let_in_by_hand_is_not_ours_to_take_away() -> None:
    made = world(f"{KEY} by hand")
    assert isinstance(LetIn("web1", KEY).observe(made), Satisfied)
    assert isinstance(TakeLeave("web1", KEY).observe(made), Satisfied), "there is nothing to do"
    carry_through(TakeLeave("web1", KEY), made)
    assert isinstance(made.hosts["web1"], SimulatedMachine) and made.hosts["web1"].keys == [f"{KEY} by hand"]


def test_what_the_machine_says_is_noted() -> None:
    made = world()
    carry_through(NoteMachine("web1"), made)
    web = made.records.get(Resource, "web1")
    assert (web.mac, web.cpu_count, web.memory_mib, web.nic_count) == ("52:54:00:77:00:03", 1, 469, 1)
    assert [disk["name"] for disk in web.inventory["disks"]] == ["vda", "vdb", "vdc", "vdd"]
    assert web.inventory["nics"][0]["address"] == "10.77.0.3/24" and web.inventory["dmi"]["serial"] == "STORAGE"
    assert made.records.get(Volume, "web1").size_mib == 973
    assert made.records.get(Image, "web1").os_version == "Debian GNU/Linux 12 (bookworm)"


@pytest.mark.parametrize(
    ("web", "says"),
    [
        (replace(WEB, address="10.0.0.9"), "none of the machine's cards has the address 10.0.0.9"),
        (replace(WEB, mac="52:54:00:77:00:98"), "and web1 has 52:54:00:77:00:98"),
    ],
)
def test_another_machine_is_refused(web: Resource, says: str) -> None:
    with pytest.raises(StepError, match=says) as refused:
        NoteMachine("web1").observe(world(web=web))
    assert refused.value.category is Category.CONFLICT


def test_a_machine_that_is_known_under_another_name_is_refused_with_that_name() -> None:
    made = world()
    made.records.put(Resource(name="m-2", mac="52:54:00:77:00:03"))
    with pytest.raises(StepError) as refused:
        NoteMachine("web1").observe(made)
    assert "m-2" in refused.value.message and "integrate m-2" in refused.value.hint


def test_its_disk_is_for_itself_alone() -> None:
    driver = Driver(msgspec.Struct())
    me, other = Machine(resource="web1", mac="", address=""), Machine(resource="web2", mac="", address="")
    assert driver.plan_grant(STORAGE, DISK, me, "") == () == driver.plan_revoke(STORAGE, DISK, me, "")
    assert driver.root(STORAGE, DISK, "", "").type == LOCAL_ROOT and driver.machine_of(STORAGE, DISK) == "web1"
    wishes: list[Callable[[], object]] = [
        lambda: driver.plan_grant(STORAGE, DISK, other, ""),
        lambda: driver.plan_create(STORAGE, DISK),
        lambda: driver.plan_remove(STORAGE, DISK),
    ]
    for refused in wishes:
        with pytest.raises(PlanningError) as caught:
            refused()
        assert caught.value.category is Category.UNSUPPORTED and caught.value.hint
