"""Redfish: one process of sushy-tools for the rack, on port 443 of the address of each machine's BMC."""

import datetime
import ipaddress
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import bcrypt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.bmc import USER, Bmc
from lab.machine import Machine
from lab.qemu import Hardware

PORT = 443
_DAY = datetime.timedelta(days=1)


def build(hardware: Hardware, address: str, password: str, directory: Path) -> Bmc:
    """The BMC that `start` will start; its key and its self-signed certificate are made here."""
    certificate = _make_certificate(directory / "redfish", address)
    return Bmc("redfish", address, PORT, USER, password, f"/redfish/v1/Systems/{hardware.uuid}", certificate)


def start(machines: Sequence[Machine], backplane: Path, directory: Path) -> subprocess.Popen[bytes]:
    """Start the BMCs of these machines; returns once they serve."""
    users, configuration, log = (directory / f"redfish.{suffix}" for suffix in ("users", "json", "log"))
    users.touch(mode=0o600)
    users.write_text(f"{USER}:{_digest(machines[0].bmc.password)}\n")
    configuration.write_text(json.dumps(_configuration(machines, backplane, users)))
    argv = [sys.executable, "-m", "lab.redfish_emulator", str(configuration)]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            argv,
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    if not process.stdout or not process.stdout.readline():
        raise RuntimeError(f"sushy-tools does not start: {log.read_text(errors='replace').strip()}")
    return process


def _digest(password: str) -> str:
    """The cheapest hash that sushy-tools takes: it is computed for every request."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=4)).decode()


def _configuration(machines: Sequence[Machine], backplane: Path, users: Path) -> dict[str, object]:
    return {
        "backplane": str(backplane),
        "systems": {machine.hardware.uuid: _system(machine) for machine in machines},
        "sushy_tools": {
            "SUSHY_EMULATOR_FAKE_DRIVER": True,
            "SUSHY_EMULATOR_STATE_DIR": str(users.parent),
            "SUSHY_EMULATOR_AUTH_FILE": str(users),
        },
    }


def _system(machine: Machine) -> dict[str, object]:
    hardware, bmc = machine.hardware, machine.bmc
    return {
        "name": hardware.name,
        "mac": hardware.mac,
        "firmware": hardware.firmware,
        "memory_mib": hardware.memory_mib,
        "bmc_address": bmc.address,
        "bmc_port": bmc.port,
        "bmc_identity": str(machine.places.directory / "redfish" / "identity.pem"),
    }


def _make_certificate(directory: Path, address: str) -> str:
    """Write identity.pem, the key and the certificate; the certificate alone as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"BMC {address}")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 30 * _DAY)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    shown = certificate.public_bytes(serialization.Encoding.PEM)
    directory.mkdir(parents=True, exist_ok=True)
    identity = directory / "identity.pem"
    identity.touch(mode=0o600)
    identity.write_bytes(secret + shown)
    return shown.decode()
