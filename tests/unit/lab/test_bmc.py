"""What BMCs are configured with, and who may read it."""

import stat
from pathlib import Path

from cryptography import x509

from lab import bmc_ipmi, bmc_redfish
from lab.bmc import new_password
from lab.machine import Machine
from lab.qemu import Hardware, Places

HARDWARE = Hardware("m1", "52:54:00:77:01:01", "bb27e341-9ac2-5a87-8a1e-a42e381ed254", "RACK-0001")


def test_the_configuration_of_an_ipmi_bmc(tmp_path: Path) -> None:
    bmc = bmc_ipmi.build(HARDWARE, "10.77.1.101", "sixteen-letters!", tmp_path)
    machine = Machine(HARDWARE, Places(tmp_path, tmp_path, "tap-m1"), bmc)
    lines = bmc_ipmi.render_configuration(machine, Path("/run/rack/backplane")).splitlines()
    assert "    addr 10.77.1.101 623" in lines
    assert "    guid bb27e3419ac25a878a1ea42e381ed254" in lines
    assert '  user 2 true "admin" "sixteen-letters!" admin 10 md5' in lines
    assert any(line.endswith('/lab/chassis.py /run/rack/backplane m1"') for line in lines)


def test_the_identity_of_a_redfish_bmc(tmp_path: Path) -> None:
    bmc = bmc_redfish.build(HARDWARE, "10.77.1.101", "secret", tmp_path)
    shown = x509.load_pem_x509_certificate((bmc.certificate or "").encode())
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.77.1.101"]
    assert "PRIVATE" not in (bmc.certificate or "")
    assert stat.S_IMODE((tmp_path / "redfish" / "identity.pem").stat().st_mode) == 0o600
    assert bmc.system_path == "/redfish/v1/Systems/bb27e341-9ac2-5a87-8a1e-a42e381ed254"


def test_passwords_are_random_and_fit_every_version_of_ipmi() -> None:
    assert new_password() != new_password()
    assert len(new_password()) == 16
