"""What is told of a machine that is waited for: whether it was lent an address since."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from openqrm.plugin_api import Completed, Machine, Network, NotYet, Observation, Satisfied
from openqrm.plugin_api.actions import AwaitScript
from openqrm.plugin_api.testing import SimulatedWorld, Simulator, UnknownCommand
from openqrm_plugins.dhcpd.driver import Driver
from openqrm_plugins.dhcpd.settings import Settings
from openqrm_plugins.dhcpd.waiting import find_lease

MAC, ADDRESS, SINCE_S = "52:54:00:77:01:01", "10.77.1.20", 1_800_000_000.0
SETTINGS = Settings()
# as dnsmasq 2.90 writes it: when it expires, MAC, address, name, client id
LEASES = """\
{expires} 52:54:00:77:01:01 10.77.1.20 * 01:52:54:00:77:01:01
1800000000 52:54:00:77:01:02 10.77.1.21 blade2 *
"""


class Files(Simulator):
    """A host that is only read from."""

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        raise UnknownCommand(" ".join(argv))


def told(leases: str | None, *networks: Network, address: str = ADDRESS, milestone: str = "") -> NotYet | Satisfied:
    host = Files()
    world = SimulatedWorld(
        {"openqrm": host}, given=networks or (Network(name="rack", cidr="10.77.1.0/24", dhcp="full"),)
    )
    if leases is not None:
        host.files[f"{SETTINGS.directory}/leases"] = leases.encode()
    if milestone:
        world.records.put(Observation(name="m1", boot_id="new", profile="web", milestone=milestone))
    machine = Machine(resource="m1", mac=MAC.upper(), address=address)
    action = Driver(SETTINGS).await_script(AwaitScript("m1", "web", after="old"), machine, SINCE_S)
    seen = action.observe(world)
    assert isinstance(seen, NotYet | Satisfied)
    return seen


def lent_at(epoch_s: float) -> str:
    return LEASES.format(expires=int(epoch_s) + SETTINGS.lease_time_s)


def test_one_that_was_lent_an_address_does_not_get_any_further() -> None:
    seen = told(lent_at(SINCE_S + 65))
    assert isinstance(seen, NotYet)
    assert "DHCP lent it 10.77.1.20 at 08:01:05 UTC" in seen.because and "TFTP" in seen.because


@pytest.mark.parametrize("leases", [lent_at(SINCE_S - 1), "", "rubbish\n\n1 2\n", "x 52:54:00:77:01:01 a"])
def test_one_that_was_lent_nothing_since(leases: str) -> None:
    assert f"DHCP has lent {MAC} no address meanwhile" in told(leases).because


@pytest.mark.parametrize(
    ("leases", "networks", "address"),
    [
        (None, (), ADDRESS),
        ("", (Network(name="rack", cidr="10.77.1.0/24", dhcp="proxy"),), ADDRESS),
        ("", (Network(name="rack", cidr="10.77.1.0/24", dhcp="proxy"),), ""),
        ("", (Network(name="rack", cidr="10.77.9.0/24", dhcp="full"),), ADDRESS),
    ],
)
def test_where_dhcp_is_somebody_elses_nothing_is_told_of_it(
    leases: str | None, networks: tuple[Network, ...], address: str
) -> None:
    assert told(leases, *networks, address=address).because == "m1 has not asked for its boot script yet"


def test_once_it_has_asked_nobody_looks() -> None:
    assert isinstance(told("", milestone="kernel"), Satisfied)


def test_a_lease_is_found_by_its_mac() -> None:
    assert find_lease(lent_at(SINCE_S), MAC, SETTINGS.lease_time_s) == (SINCE_S, ADDRESS)
    assert find_lease(lent_at(SINCE_S), "52:54:00:77:01:03", SETTINGS.lease_time_s) == (0.0, "")
