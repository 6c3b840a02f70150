"""Which machines have a shell."""

from openqrm.plugin_api import Place, Resource, Ssh
from openqrm.plugin_api.drivers import TerminalDriver
from openqrm_plugins.sshterm.driver import Driver
from openqrm_plugins.sshterm.settings import Settings

KNOWN = Ssh(host_key="ssh-ed25519 AAAA")


def test_a_shell_is_where_openqrm_signs_in() -> None:
    driver = Driver(Settings())
    assert isinstance(driver, TerminalDriver)
    assert driver.find_place(Resource(name="box", ssh=KNOWN), "ssh") == Place("box")
    assert driver.find_place(Resource(name="box", ssh=KNOWN), "serial") is None
    assert driver.find_place(Resource(name="blade"), "ssh") is None
