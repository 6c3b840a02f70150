"""Which machines have a screen."""

import msgspec
import pytest

from openqrm.plugin_api import Place, Resource, Ssh
from openqrm.plugin_api.drivers import TerminalDriver
from openqrm_plugins.novnc.driver import Driver
from openqrm_plugins.novnc.settings import Settings

KNOWN = Ssh(host_key="ssh-ed25519 AAAA")


def test_a_screen_is_where_one_is_said_to_be() -> None:
    driver = Driver(Settings(resources=("box",), port=5901))
    assert isinstance(driver, TerminalDriver)
    assert driver.find_place(Resource(name="box", ssh=KNOWN), "screen") == Place("box", address="vnc://127.0.0.1:5901")
    assert driver.find_place(Resource(name="box", ssh=KNOWN), "ssh") is None
    assert driver.find_place(Resource(name="blade", ssh=KNOWN), "screen") is None


def test_who_is_not_reached_by_ssh_has_none() -> None:
    assert Driver(Settings(resources=("box",))).find_place(Resource(name="box"), "screen") is None


@pytest.mark.parametrize("bad", [{"port": 1023}, {"port": 65536}, {"resources": ["a b"]}, {"resources": ["x\n"]}])
def test_what_cannot_be_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, Settings)
