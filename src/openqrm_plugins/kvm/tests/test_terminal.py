"""Which VMs have a serial line and a screen, and where."""

from openqrm.plugin_api import Resource
from openqrm.plugin_api.drivers import TerminalDriver
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.terminal import Terminal
from openqrm_plugins.kvm.tests.simulator import RECORDED, VIRSH

WEB = Resource(name="web", type="kvm", host="h2")


def test_both_are_on_the_host_that_carries_the_vm() -> None:
    driver = Terminal(Settings())
    assert isinstance(driver, TerminalDriver)
    serial, screen = (driver.find_place(WEB, line) for line in ("serial", "screen"))
    assert serial and (serial.host, serial.argv) == ("h2", (*VIRSH, "console", "--force", "web"))
    assert screen and (screen.host, screen.argv) == ("h2", (*VIRSH, *RECORDED["domdisplay"]["words"]))
    assert "--domain" in screen.argv and uuid_of("web") in screen.argv
    assert driver.find_place(WEB, "ssh") is None
    for line in ("serial", "screen"):
        assert driver.find_place(Resource(name="web", type="xen", host="h2"), line) is None
        assert driver.find_place(Resource(name="blade"), line) is None
