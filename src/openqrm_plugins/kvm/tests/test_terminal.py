"""Which VMs have a serial line, and where."""

from openqrm.plugin_api import Resource
from openqrm.plugin_api.drivers import TerminalDriver
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.terminal import Terminal


def test_the_line_is_on_the_host_that_carries_the_vm() -> None:
    driver = Terminal(Settings())
    assert isinstance(driver, TerminalDriver)
    place = driver.find_place(Resource(name="web", type="kvm", host="h2"), "serial")
    assert place is not None
    assert place.host == "h2" and place.argv[-3:] == ("console", "--force", "web")
    assert driver.find_place(Resource(name="web", type="kvm", host="h2"), "ssh") is None
    assert driver.find_place(Resource(name="web", type="xen", host="h2"), "serial") is None
    assert driver.find_place(Resource(name="blade"), "serial") is None
