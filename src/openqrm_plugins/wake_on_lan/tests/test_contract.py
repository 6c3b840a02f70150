"""The laws and the rules of wakers on a model of a network card, and where packets go."""

import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from openqrm.plugin_api import (
    SELF,
    Bmc,
    Completed,
    Network,
    Observation,
    PlanningError,
    Record,
    Resource,
    Satisfied,
    StepError,
)
from openqrm.plugin_api.testing import LAWS, WAKER_RULES, Case, SimulatedWorld, Simulator, UnknownCommand, WakerBench
from openqrm.plugin_api.testing.waker import BOOT
from openqrm_plugins.wake_on_lan.actions import PROGRAM, Wake
from openqrm_plugins.wake_on_lan.driver import Driver
from openqrm_plugins.wake_on_lan.settings import Settings

MAC = "52:54:00:77:00:01"
BLADE = Resource(name="blade1", mac=MAC, address="10.77.0.101", bmc=Bmc(driver="wake-on-lan"))
RACK = Network(name="rack", cidr="10.77.0.0/24")


class Card(Simulator):
    """A machine whose network card listens while it is off: with the boot that follows it shows itself."""

    def __init__(self, *, deaf: bool = False) -> None:
        super().__init__()
        self.is_on, self.deaf, self.to = False, deaf, ""
        self._sent = 0
        self._shows: Callable[[], None] = lambda: None

    @property
    def sent(self) -> int:
        return self._sent

    def in_world(self, world: SimulatedWorld) -> None:
        """The boot door of this world hears of its boots."""
        seen = Observation(name="blade1", power="on", boot_id=f"{BOOT[:-1]}8", milestone="script")
        self._shows = lambda: world.records.by_ref.update({seen.ref: seen})

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("python3", "-I", "-", address, port, mac) if stdin == PROGRAM.read_bytes():
                self._sent += 1
                self.to = f"{address}:{port}"
                if mac == MAC and not self.deaf:
                    self.is_on = True
                    self._shows()
                return Completed(0)
        raise UnknownCommand(argv)


def world(*more: Record, deaf: bool = False) -> SimulatedWorld:
    off = Observation(name="blade1", power="off", boot_id=BOOT)
    card = Card(deaf=deaf)
    made = SimulatedWorld(hosts={SELF: card}, given=(BLADE, RACK, off, *more))
    card.in_world(made)
    return made


def card(made: SimulatedWorld) -> Card:
    found = made.hosts[SELF]
    assert isinstance(found, Card)
    return found


BENCH = WakerBench(
    Driver(Settings()),
    BLADE,
    world,
    lambda: world(deaf=True),
    lambda made: card(made).is_on,
    lambda made: card(made).sent,
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", BENCH.cases(), ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", WAKER_RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[WakerBench], None]) -> None:
    rule(BENCH)


@pytest.mark.parametrize(
    ("resource", "to"),
    [
        (BLADE, "10.77.0.255:9"),
        (replace(BLADE, address=""), "255.255.255.255:9"),
        (replace(BLADE, address="10.9.0.1"), "255.255.255.255:9"),
        (replace(BLADE, bmc=Bmc(driver="wake-on-lan", address="10.5.255.255", port=7)), "10.5.255.255:7"),
    ],
)
def test_where_a_packet_goes(resource: Resource, to: str) -> None:
    made = world(resource)
    (step,) = Driver(Settings()).plan_wake(resource, BOOT)
    step.action.ensure(made)
    assert card(made).to == to


def test_what_is_up_needs_no_packet() -> None:
    made = world(Observation(name="blade1", boot_id=BOOT, connected=True))
    assert isinstance(Wake("blade1", MAC, "", 9, BOOT).observe(made), Satisfied)


def test_a_machine_without_a_mac_is_refused_while_planning() -> None:
    with pytest.raises(PlanningError, match="no MAC address"):
        Driver(Settings()).plan_wake(replace(BLADE, mac=""), "")


def test_what_is_no_address_is_refused_before_anything_is_sent() -> None:
    made = world()
    with pytest.raises(StepError, match="no IP address"):
        Wake("blade1", MAC, "the rack", 9, BOOT).ensure(made)
    assert card(made).sent == 0


def test_the_packet_is_what_cards_listen_for() -> None:
    """Sent by the very program, over loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing:
        hearing.bind(("127.0.0.1", 0))
        hearing.settimeout(20)
        port = str(hearing.getsockname()[1])
        argv = [sys.executable, "-I", "-", "127.0.0.1", port, MAC]
        subprocess.run(argv, input=PROGRAM.read_bytes(), check=True)
        assert hearing.recv(2000) == bytes.fromhex("ff" * 6 + "525400770001" * 16)
