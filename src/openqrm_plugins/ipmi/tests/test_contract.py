"""The contract of power drivers and their actions, on the simulated BMC."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import SELF, Bmc, Resource
from openqrm.plugin_api.testing import LAWS, POWER_RULES, Case, PowerBench, SimulatedWorld
from openqrm_plugins.ipmi.driver import Driver
from openqrm_plugins.ipmi.settings import Settings
from openqrm_plugins.ipmi.tests.simulator import ADDRESS, PASSWORD, USER, SimulatedBmc

RESOURCE = Resource(
    name="m1", mac="52:54:00:77:01:01", bmc=Bmc(driver="ipmi", address=ADDRESS, user=USER, secret="bmc-m1")
)


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={SELF: SimulatedBmc()}, secrets={"bmc-m1": PASSWORD})


def bmc_in(made: SimulatedWorld) -> SimulatedBmc:
    bmc = made.hosts[SELF]
    assert isinstance(bmc, SimulatedBmc)
    return bmc


BENCH = PowerBench(Driver(Settings()), RESOURCE, world, lambda made: bmc_in(made).is_on)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", BENCH.cases(), ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", POWER_RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[PowerBench], None]) -> None:
    rule(BENCH)
