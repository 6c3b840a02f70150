"""The contract of the reference plugin, on a host that has files only."""

from collections.abc import Callable, Mapping

import pytest

from openqrm.plugin_api import SELF, Completed
from openqrm.plugin_api.testing import (
    LAWS,
    NETWORK_SERVICE_RULES,
    Case,
    NetworkServiceBench,
    SimulatedWorld,
    Simulator,
    UnknownCommand,
)
from openqrm_plugins._reference.driver import Driver
from openqrm_plugins._reference.settings import Settings


class Files(Simulator):
    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        raise UnknownCommand(f"{argv} with {stdin!r} and {dict(environment)}")


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={SELF: Files()})


def published(made: SimulatedWorld) -> dict[str, str]:
    return {path.rpartition("/")[2]: line.decode().split()[-1] for path, line in made.hosts[SELF].files.items()}


BENCH = NetworkServiceBench(Driver(Settings()), world, published)


@pytest.mark.parametrize("rule", NETWORK_SERVICE_RULES, ids=lambda rule: rule.__name__)
def test_the_driver_keeps_the_rules(rule: Callable[[NetworkServiceBench], None]) -> None:
    rule(BENCH)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", BENCH.cases("reference"), ids=lambda case: case.name)
def test_the_actions_keep_the_laws(case: Case, law: Callable[[Case], None]) -> None:
    law(case)
