"""The contract of power drivers and their actions, on the simulated BMC."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from openqrm.plugin_api import Bmc, Resource
from openqrm.plugin_api.testing import LAWS, POWER_RULES, Case, PowerBench, SimulatedWorld
from openqrm_plugins.redfish.driver import Driver
from openqrm_plugins.redfish.settings import Settings
from openqrm_plugins.redfish.tests.simulator import ADDRESS, PASSWORD, SYSTEM, USER, SimulatedBmc

RESOURCE = Resource(
    name="m1", mac="52:54:00:77:01:01", bmc=Bmc(driver="redfish", address=ADDRESS, user=USER, secret="bmc-m1")
)
NAMED = replace(RESOURCE, bmc=replace(RESOURCE.bmc, system=SYSTEM))


def world() -> SimulatedWorld:
    return SimulatedWorld(api=SimulatedBmc(), secrets={"bmc-m1": PASSWORD})


def bmc_in(made: SimulatedWorld) -> SimulatedBmc:
    assert isinstance(made.api, SimulatedBmc)
    return made.api


def is_on(made: SimulatedWorld) -> bool:
    return bmc_in(made).power_state == "On"


BENCHES = {
    how: PowerBench(Driver(Settings()), resource, world, is_on)
    for how, resource in (("found", RESOURCE), ("named", NAMED))
}
CASES = [pytest.param(case, id=f"{how} {case.name}") for how, bench in BENCHES.items() for case in bench.cases()]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", POWER_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("how", BENCHES)
def test_rule(rule: Callable[[PowerBench], None], how: str) -> None:
    rule(BENCHES[how])
