"""The check of the first set-up: one server gives addresses on each network, and no more."""

from dataclasses import dataclass, field
from typing import cast

import msgspec
import pytest

from openqrm.plugin_api import SELF, Completed, Network, StepError, World
from openqrm.plugin_api.checks import Verdict
from openqrm_plugins.dhcpd.asking import Heard
from openqrm_plugins.dhcpd.check import look
from openqrm_plugins.dhcpd.discover import Offer

LAN = Network(name="lan", cidr="10.0.0.0/24", interface="eth1", address="10.0.0.1", first="10.0.0.9", last="10.0.0.99")
BESIDE = Network(name="office", cidr="10.1.0.0/24", interface="eth2", address="10.1.0.1", dhcp="proxy")
OURS, FOREIGN = Offer("10.0.0.1", "10.0.0.9"), Offer("10.0.0.2", "10.0.0.77")


@dataclass
class Asked:
    """Where asking ends like this."""

    told: Completed
    asked: list[str] = field(default_factory=list)

    def host(self, resource: str) -> "Asked":
        assert resource == SELF
        return self

    def run(self, argv: tuple[str, ...], **_wishes: object) -> Completed:
        self.asked += argv[3:]
        return self.told


def heard(*networks: Network, **by_interface: Heard) -> list[tuple[str, Verdict, str, dict[str, str]]]:
    world = Asked(Completed(0, msgspec.json.encode(by_interface).decode()))
    checks = look(cast(World, world), networks)
    return [(each.about, each.verdict, str(each.seen), dict(each.mend.fields) if each.mend else {}) for each in checks]


def test_one_that_is_not_ours_is_named_and_served_beside() -> None:
    assert heard(LAN, eth1=Heard([OURS, FOREIGN])) == [
        ("network/lan", Verdict.WRONG, "10.0.0.2 answers on eth1", {"name": "lan", "dhcp": "proxy"})
    ]


def test_our_own_answer_is_none() -> None:
    assert heard(LAN, eth1=Heard([OURS]))[0][1] is Verdict.GOOD
    assert heard(LAN, eth1=Heard())[0][1] is Verdict.GOOD


def test_beside_another_one_there_has_to_be_another_one() -> None:
    checks = heard(LAN, BESIDE, eth1=Heard(), eth2=Heard([FOREIGN]))
    assert [verdict for _, verdict, *_ in checks] == [Verdict.GOOD, Verdict.GOOD]
    assert heard(BESIDE, eth2=Heard())[0][3] == {"name": "office", "dhcp": "full"}


def test_an_interface_that_is_down_is_told() -> None:
    assert heard(LAN, eth1=Heard(fault="No such device"))[0][2] == "cannot ask on eth1: No such device"


def test_nobody_is_asked_where_openqrm_is_not() -> None:
    assert heard(Network(name="far", cidr="10.2.0.0/24")) == []


def test_a_program_that_fails_is_told() -> None:
    world = Asked(Completed(1, "", "PermissionError: Operation not permitted"))
    with pytest.raises(StepError, match="not permitted"):
        look(cast(World, world), [LAN])
