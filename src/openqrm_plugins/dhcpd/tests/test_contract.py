"""The contract of network services and their actions, on a simulated dnsmasq."""

from collections.abc import Callable, Mapping

import pytest

from openqrm.plugin_api import SELF, Completed, Machine, StepError
from openqrm.plugin_api.testing import (
    LAWS,
    NETWORK_SERVICE_RULES,
    Case,
    NetworkServiceBench,
    SimulatedWorld,
    Simulator,
    UnknownCommand,
)
from openqrm_plugins.dhcpd.driver import Driver
from openqrm_plugins.dhcpd.settings import Settings

FOLDER = "/var/lib/openqrm/dhcpd"
TELL = ("pkill", "-HUP", "--pidfile", f"{FOLDER}/pid", "-x", "dnsmasq")


class SimulatedDnsmasq(Simulator):
    """It adds what is new at once and forgets what is gone when told so, as dnsmasq 2.90 does."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}
        self.tell_status = 0

    def write(self, path: str, content: bytes, mode: int) -> None:
        super().write(path, content, mode)
        self._known[path] = content.decode()

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if argv != TELL:
            raise UnknownCommand(" ".join(argv))
        self._known = {path: content.decode() for path, content in self.files.items()}
        return Completed(self.tell_status)

    def known(self) -> dict[str, str]:
        """Host name → address."""
        lines = [line.strip().split(",") for line in self._known.values()]
        return {words[-1]: words[1] for words in lines}


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={SELF: SimulatedDnsmasq()})


def dnsmasq_in(made: SimulatedWorld) -> SimulatedDnsmasq:
    dnsmasq = made.hosts[SELF]
    assert isinstance(dnsmasq, SimulatedDnsmasq)
    return dnsmasq


BENCH = NetworkServiceBench(Driver(Settings()), world, lambda made: dnsmasq_in(made).known())
MACHINE = Machine(resource="m1", mac="52:54:00:77:01:01", address="10.77.0.50")


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", BENCH.cases("dhcpd"), ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", NETWORK_SERVICE_RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[NetworkServiceBench], None]) -> None:
    rule(BENCH)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("10.77.0.50", b"52:54:00:77:01:01,10.77.0.50,web\n"),
        ("fd77::50", b"52:54:00:77:01:01,[fd77::50],web\n"),
        ("", b"52:54:00:77:01:01,web\n"),
    ],
)
def test_the_line_of_a_machine(address: str, line: bytes) -> None:
    made = world()
    (step,) = BENCH.driver.plan_publish("web", Machine(resource="m1", mac="52-54-00-77-01-01", address=address))
    step.action.ensure(made)
    assert dnsmasq_in(made).files == {f"{FOLDER}/hosts/web": line}


def test_no_dnsmasq_is_no_fault_and_a_failed_call_is() -> None:
    made = world()
    (step,) = BENCH.driver.plan_publish("web", MACHINE)
    dnsmasq_in(made).tell_status = 1
    step.action.ensure(made)
    dnsmasq_in(made).tell_status = 127
    with pytest.raises(StepError, match="dnsmasq could not be told of web") as error:
        step.action.ensure(made)
    assert "Stop and start the plugin" in error.value.hint
