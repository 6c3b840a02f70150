"""The power drivers switch real QEMU machines by real BMC software: OpenIPMI's ipmi_sim and sushy-tools."""

from dataclasses import replace

import pytest

from lab.bmc import Kind
from lab.fixtures import MakeRack
from lab.machine import Machine
from openqrm.plugin_api import Action, Bmc, Category, Power, Resource, Satisfied, Step, StepError
from openqrm_plugins.ipmi.driver import Driver as Ipmi
from openqrm_plugins.ipmi.settings import Settings as IpmiSettings
from openqrm_plugins.redfish.driver import Driver as Redfish
from openqrm_plugins.redfish.settings import Settings as RedfishSettings
from tests.lab.pxe import eventually
from tests.lab.world_here import WorldHere

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

KINDS: list[Kind] = ["ipmi", "redfish"]
SAYS_IT_BOOTS_FROM_THE_NETWORK = "Booting from ROM"


def driver_of(kind: Kind) -> Power:
    return Ipmi(IpmiSettings()) if kind == "ipmi" else Redfish(RedfishSettings(verify_tls=False))


def resource_of(machine: Machine) -> Resource:
    bmc = machine.bmc
    return Resource(
        name=machine.hardware.name,
        mac=machine.hardware.mac,
        bmc=Bmc(driver=bmc.kind, address=bmc.address, port=bmc.port, user=bmc.user, secret="bmc"),
    )


def world_of(machine: Machine) -> WorldHere:
    return WorldHere({"bmc": machine.bmc.password})


def carry(steps: tuple[Step, ...], world: WorldHere) -> None:
    """As the engine does: look, change, look until it is so."""
    (step,) = steps
    if not isinstance(step.action.observe(world), Satisfied):
        step.action.ensure(world)
    eventually(lambda: isinstance(step.action.observe(world), Satisfied), step.action.describe())


@pytest.mark.parametrize("kind", KINDS)
def test_a_machine_is_switched_on_from_the_network_and_off(make_rack: MakeRack, kind: Kind) -> None:
    (machine,) = make_rack(bmc=kind, disk_sizes_mib=(1,)).machines
    driver, resource, world = driver_of(kind), resource_of(machine), world_of(machine)
    assert driver.observe_power(world, resource) == "off"
    carry(driver.plan_on(resource), world)
    assert machine.power()
    assert driver.observe_power(world, resource) == "on"
    eventually(lambda: SAYS_IT_BOOTS_FROM_THE_NETWORK in machine.console(), "the network comes first")
    carry(driver.plan_on(resource), world)
    assert machine.console().count("SeaBIOS (version") == 1, "what is on is not started again"
    carry(driver.plan_off(resource), world)
    assert not machine.power()
    carry(driver.plan_off(resource), world)


@pytest.mark.parametrize("kind", KINDS)
def test_the_inverse_is_the_other_button(make_rack: MakeRack, kind: Kind) -> None:
    (machine,) = make_rack(bmc=kind).machines
    (step,) = driver_of(kind).plan_on(resource_of(machine))
    world = world_of(machine)
    step.action.ensure(world)
    assert machine.power()
    inverse = step.action.inverse()
    assert isinstance(inverse, Action)
    inverse.ensure(world)
    assert not machine.power()


@pytest.mark.parametrize("kind", KINDS)
def test_a_silent_bmc_is_unavailable(make_rack: MakeRack, kind: Kind) -> None:
    rack = make_rack(bmc=kind)
    (machine,) = rack.machines
    rack.set_bmc_fault(machine, "unreachable")
    driver, resource, world = driver_of(kind), resource_of(machine), world_of(machine)
    assert driver.observe_power(world, resource) == "unknown"
    (step,) = driver.plan_on(resource)
    with pytest.raises(StepError, match="not answer") as error:
        step.action.ensure(world)
    assert error.value.category is Category.UNAVAILABLE
    assert "cable is in" in error.value.hint


@pytest.mark.parametrize(("kind", "category"), [("ipmi", Category.REFUSED), ("redfish", Category.BUSY)])
def test_a_bmc_that_refuses_is_told_apart(make_rack: MakeRack, kind: Kind, category: Category) -> None:
    rack = make_rack(bmc=kind)
    (machine,) = rack.machines
    rack.set_bmc_fault(machine, "refuses")
    (step,) = driver_of(kind).plan_on(resource_of(machine))
    with pytest.raises(StepError, match="refuse") as error:
        step.action.ensure(world_of(machine))
    assert error.value.category is category
    assert error.value.hint
    assert not machine.power()


@pytest.mark.parametrize("kind", KINDS)
def test_a_bmc_that_only_says_yes_is_found_out(make_rack: MakeRack, kind: Kind) -> None:
    rack = make_rack(bmc=kind)
    (machine,) = rack.machines
    rack.set_bmc_fault(machine, "ignores")
    world = world_of(machine)
    (step,) = driver_of(kind).plan_on(resource_of(machine))
    step.action.ensure(world)
    assert not isinstance(step.action.observe(world), Satisfied)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password_is_refused(make_rack: MakeRack, kind: Kind) -> None:
    (machine,) = make_rack(bmc=kind).machines
    (step,) = driver_of(kind).plan_on(resource_of(machine))
    with pytest.raises(StepError, match="password") as error:
        step.action.observe(WorldHere({"bmc": "guess"}))
    assert error.value.category is Category.REFUSED
    assert error.value.hint.startswith("Set user and password of the BMC anew")
    assert not machine.power()


def test_an_unknown_certificate_is_not_spoken_to(make_rack: MakeRack) -> None:
    (machine,) = make_rack(bmc="redfish").machines
    (step,) = Redfish(RedfishSettings()).plan_on(resource_of(machine))
    with pytest.raises(StepError, match="certificate") as error:
        step.action.observe(world_of(machine))
    assert error.value.category is Category.UNAVAILABLE
    assert "verify_tls" in error.value.hint


def test_a_machine_that_boots_locally_is_not_sent_to_the_network(make_rack: MakeRack) -> None:
    (machine,) = make_rack(bmc="redfish").machines
    (step,) = driver_of("redfish").plan_on(replace(resource_of(machine), boot="local"))
    step.action.ensure(world_of(machine))
    assert machine.power()
    assert machine.boot_once is None
