"""A machine that has never booted is given an address while its start is planned, and nobody else's."""

from dataclasses import replace

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.kernel import Kernel
from openqrm.domain.network import Network
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.addresses import addressed, misplaced
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.plugin_api.actions import KeepAddress
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld
from tests.unit.planning.shelf import Shelf, planning

RACK = Network(name="rack", cidr="10.0.0.0/24", address="10.0.0.10", first="10.0.0.10", last="10.0.0.13")
LAB = Network(name="lab", cidr="10.1.0.0/24", address="10.1.0.1", first="10.1.0.10", last="10.1.0.99")
HOST = Resource(name="h1", address="10.1.0.2", carries="kvm")
NEW = Resource(name="vm1", type="kvm", host="h1", mac="52:54:00:00:00:01", memory_mib=512, cpu_count=1, nic_count=1)
KEEP = KeepAddress("vm1", "10.0.0.11")


def bare(number: int) -> Resource:
    return Resource(name=f"m{number}", mac=f"52:54:00:00:01:{number:02x}")


def world(*given: Record) -> SimulatedWorld:
    return SimulatedWorld(given=given or (NEW,))


def test_it_stays_the_same_and_is_free() -> None:
    first = addressed(bare(1), Shelf(RACK)).address
    assert first == addressed(bare(1), Shelf(RACK)).address
    others = tuple(Resource(name=f"o{n}", address=f"10.0.0.{n}") for n in (11, 12, 13) if f"10.0.0.{n}" != first)
    assert addressed(bare(1), Shelf(RACK, *others)).address == first
    taken = Resource(name="other", address=first)
    assert addressed(bare(1), Shelf(RACK, taken)).address in {"10.0.0.11", "10.0.0.12", "10.0.0.13"} - {first}


def test_a_network_without_an_address_left_says_so() -> None:
    others = (Resource(name=f"o{n}", address=f"10.0.0.{n}") for n in (11, 12, 13))
    with pytest.raises(PlanningError, match="network rack has no address left for m1") as error:
        addressed(bare(1), Shelf(RACK, *others))
    assert "network edit" in error.value.hint


def test_a_vm_is_on_the_network_of_its_host() -> None:
    assert addressed(NEW, Shelf(RACK, LAB, HOST)).address.startswith("10.1.0.")
    assert not addressed(NEW, Shelf(RACK, HOST)).address


@pytest.mark.parametrize(
    "networks", [(), (RACK, LAB), (replace(RACK, dhcp="proxy"),), (replace(RACK, first="", last=""),)]
)
def test_where_it_is_not_clear_who_gives_it_an_address_it_has_none(networks: tuple[Network, ...]) -> None:
    assert not addressed(bare(1), Shelf(*networks)).address


def test_the_network_that_is_asked_for_goes_before_that_of_the_host() -> None:
    assert addressed(NEW, Shelf(RACK, LAB, HOST), "rack").address.startswith("10.0.0.")
    assert addressed(bare(1), Shelf(RACK, LAB), "lab").address.startswith("10.1.0.")


def test_a_resource_is_on_a_network_or_can_be_given_an_address_there() -> None:
    silent, known = replace(LAB, dhcp="off"), replace(bare(1), address="10.1.0.7")
    assert not misplaced(bare(1), LAB) and not misplaced(known, silent)
    assert misplaced(known, RACK) == "has address 10.1.0.7, which is not on network rack"
    assert misplaced(bare(1), silent) == "has no address yet, and openQRM gives none on network lab"


def test_one_that_has_an_address_keeps_it() -> None:
    known = replace(bare(1), address="10.0.0.99")
    assert addressed(known, Shelf(RACK)) == known


def test_an_appliance_starts_on_a_vm_that_has_never_booted() -> None:
    site = (
        RACK, LAB, HOST, NEW, Observation(name="vm1", power="off"), Kernel(name="default"), Resource(name="openqrm"),
        Storage(name="nas", type="nfs-storage", resource="openqrm"), Volume(name="root", storage="nas"),
        Image(name="web", volume="root"), Appliance(name="web", image="web", kernel="default", machine_type="kvm"),
    )  # fmt: skip
    plan = plan_start_appliance(StartAppliance("web"), planning(*site))
    keep = next(step.action for step in plan.steps if step.id == "address")
    assert keep == KeepAddress("vm1", addressed(NEW, Shelf(LAB, HOST)).address)
    assert f"address/{keep.address}" in plan.touches()
    writer = next(step.action for step in plan.steps if step.id == "writer-root")
    assert keep.address in str(writer.fields)


def test_another_address_than_the_planned_one_is_a_conflict() -> None:
    with pytest.raises(StepError, match=r"vm1 has address 10\.0\.0\.12") as error:
        KEEP.observe(world(replace(NEW, address="10.0.0.12")))
    assert error.value.category is Category.CONFLICT


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_keeping_an_address_keeps_the_laws(law: object) -> None:
    assert callable(law)
    law(Case("keep", KEEP, world))
    law(Case("forget", KEEP.inverse(), lambda: world(replace(NEW, address=KEEP.address))))
