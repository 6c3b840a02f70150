"""The contract of network services and their actions, on a simulated dnsmasq."""

from collections.abc import Callable, Mapping

import pytest

from openqrm.plugin_api import SELF, Completed, Machine
from openqrm.plugin_api.testing import (
    LAWS,
    NETWORK_SERVICE_RULES,
    Case,
    NetworkServiceBench,
    SimulatedWorld,
    Simulator,
    UnknownCommand,
)
from openqrm_plugins.dns.driver import Driver
from openqrm_plugins.dns.settings import Settings

NAMES = "/var/lib/openqrm/dns/names/"


class SimulatedDnsmasq(Simulator):
    """It notices its folder's files by itself; no command is needed."""

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        raise UnknownCommand(" ".join(argv))


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={SELF: SimulatedDnsmasq()})


def names_in(made: SimulatedWorld) -> dict[str, str]:
    """Name → address, as a resolver asks."""
    files = {path: content.decode().split() for path, content in made.hosts[SELF].files.items()}
    return {words[2]: words[0] for path, words in files.items() if path.startswith(NAMES)}


BENCH = NetworkServiceBench(Driver(Settings()), world, names_in)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", BENCH.cases("dns"), ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", NETWORK_SERVICE_RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[NetworkServiceBench], None]) -> None:
    rule(BENCH)


def test_the_line_of_a_name() -> None:
    made = world()
    machine = Machine(resource="m1", mac="52:54:00:77:01:01", address="fd77:0::50")
    (step,) = Driver(Settings(domain="rack.example")).plan_publish("web", machine)
    step.action.ensure(made)
    assert made.hosts[SELF].files == {f"{NAMES}web": b"fd77::50 web.rack.example web\n"}


def test_a_machine_without_an_address_has_no_name() -> None:
    machine = Machine(resource="m1", mac="52:54:00:77:01:01", address="")
    assert BENCH.driver.plan_publish("web", machine) == BENCH.driver.plan_withdraw("web", machine) == ()
