"""The laws for its actions, what cuts a host off, and whose bridge it is."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import Category, NotYet, Satisfied, StepError
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld
from openqrm.plugin_api.testing.case import carry_through
from openqrm_plugins.network_manager.actions import PutIntoBridge, RemoveBridge
from openqrm_plugins.network_manager.bridge import Bridge
from openqrm_plugins.network_manager.tests.simulator import INTERFACES, SimulatedHost

PUT = PutIntoBridge("host1", Bridge("br0", "eth0"), 45)
REMOVE = RemoveBridge("host1", "br0")


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={"host1": SimulatedHost()})


def with_networkd() -> SimulatedWorld:
    return SimulatedWorld(hosts={"host1": SimulatedHost(networkd=True)})


def with_bridge(before: Callable[[], SimulatedWorld] = world) -> SimulatedWorld:
    made = before()
    carry_through(PUT, made)
    made.forget_preparation()
    return made


def host(made: SimulatedWorld) -> SimulatedHost:
    found = made.hosts["host1"]
    assert isinstance(found, SimulatedHost)
    return found


CASES = [
    Case("put", PUT, world),
    Case("put a VLAN", PutIntoBridge("host1", Bridge("br0", "eth0", 20, "10.2.0.5/24"), 45), world),
    Case("remove", REMOVE, with_bridge),
    Case("put by networkd", PUT, with_networkd),
    Case("remove by networkd", REMOVE, lambda: with_bridge(with_networkd)),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


def test_it_is_kept_over_a_boot_by_the_hosts_own_service() -> None:
    files = host(with_bridge()).files
    assert (
        b"iface br0 inet static\n    address 10.0.0.5/24\n    gateway 10.0.0.1\n"
        in files["/etc/network/interfaces.d/openqrm-br0"]
    )
    assert b"#openqrm-br0# auto eth0\n" in files["/etc/network/interfaces"]
    assert host(with_bridge()).patience_s == "45"


def test_what_dhcp_gave_is_asked_of_dhcp_again() -> None:
    made = with_bridge(lambda: SimulatedWorld(hosts={"host1": SimulatedHost(route="dhcp")}))
    assert b"iface br0 inet dhcp\n" in host(made).files["/etc/network/interfaces.d/openqrm-br0"]


def test_a_vlan_is_not_kept_by_networkd() -> None:
    """It has to stand in the card's own file, which is not ours."""
    action = PutIntoBridge("host1", Bridge("br0", "eth0", 20, "10.2.0.5/24"), 45)
    seen = carry_through(action, with_networkd())
    assert isinstance(seen, Satisfied) and "until its next boot" in seen.because


def test_without_such_a_service_it_is_told_that_a_boot_goes_back() -> None:
    made = world()
    del host(made).files["/etc/network/interfaces"]
    assert "over boots by ifupdown" in PUT.observe(with_bridge()).because
    seen = carry_through(PUT, made)
    assert isinstance(seen, Satisfied) and "until its next boot" in seen.because


def test_taken_away_the_files_are_what_they_were() -> None:
    made = with_bridge()
    carry_through(REMOVE, made)
    assert host(made).files == {"/etc/network/interfaces": INTERFACES}
    assert host(made).modes == {"/etc/network/interfaces": 0o640}


def test_a_host_that_was_cut_off_says_why_and_nothing_is_written() -> None:
    made = SimulatedWorld(hosts={"host1": SimulatedHost(cuts="nobody came over a new connection within 45 seconds")})
    with pytest.raises(StepError, match="went back by itself: nobody came") as refused:
        carry_through(PUT, made)
    assert refused.value.category is Category.REFUSED and "as before" in refused.value.hint
    assert host(made).files["/etc/network/interfaces"] == INTERFACES


def test_one_that_goes_away_is_waited_for() -> None:
    made = with_bridge()
    host(made).states["br0"] = "reverting"
    assert isinstance(PUT.observe(made), NotYet) and isinstance(REMOVE.observe(made), NotYet)


def test_an_answer_that_means_nothing_is_no_state() -> None:
    made = world()
    host(made).states["br0"] = "splendid"
    with pytest.raises(StepError, match="answers 'splendid'") as refused:
        PUT.observe(made)
    assert refused.value.category is Category.UNAVAILABLE


def test_a_bridge_of_somebody_else_is_neither_used_nor_touched() -> None:
    made = world()
    host(made).ports["br0"] = ["eth1"]
    with pytest.raises(StepError, match="openQRM did not make"):
        PUT.observe(made)
    assert isinstance(REMOVE.observe(made), Satisfied)


def test_a_bridge_with_vms_is_not_removed() -> None:
    made = with_bridge()
    host(made).ports |= {"br0": ["eth0", "vnet0"], "vnet0": []}
    with pytest.raises(StepError, match="vnet0") as refused:
        REMOVE.observe(made)
    assert refused.value.category is Category.CONFLICT


def test_the_connection_of_before_is_not_enough() -> None:
    class Stubborn(SimulatedHost):
        def _say(self, verb: str, bridge: str, *more: str) -> str:
            return "" if verb == "hang-up" else super()._say(verb, bridge, *more)

    made = SimulatedWorld(hosts={"host1": Stubborn()})
    with pytest.raises(StepError, match="the one of before") as refused:
        PUT.ensure(made)
    assert refused.value.category is Category.UNAVAILABLE, "it is tried again"
    assert host(made).files["/etc/network/interfaces"] == INTERFACES
