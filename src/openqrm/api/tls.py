"""TLS of the REST door: the operator's certificate, or one of our own that the command line pins."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.services.site_settings import SiteSettings

FOLDER, CERTIFICATE, KEY = "tls", "certificate.pem", "key.pem"
PLACE = "rest.json"  # for the command line on this machine: openqrm.cli.trust reads it
GOOD_FOR = timedelta(days=3650)
RENEWED_BEFORE = timedelta(days=30)
HINT = "Set tls_certificate and tls_key to PEM files that belong together, or neither for one of our own."


@dataclass(frozen=True)
class Tls:
    """PEM files: the certificate with its chain, and its key."""

    certificate: Path
    key: Path


def find_tls(settings: SiteSettings, base: Path, listening: list[socket.socket]) -> Tls | None:
    """What this door speaks; None for plain HTTP: on loopback, behind a proxy, or because it was asked for.

    Raises OpenqrmError `bad_input` when the certificate cannot be used.
    """
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise OpenqrmError(Category.BAD_INPUT, "a certificate without its key, or a key without one", HINT)
    if settings.tls == "off":
        return None
    if settings.tls_certificate:
        return _checked(Tls(Path(settings.tls_certificate), Path(settings.tls_key)))
    reachable = not all(is_loopback(str(each.getsockname()[0])) for each in listening)
    if settings.tls == "on" or (reachable and not settings.proxy):
        return _checked(ensure_own(base / FOLDER, settings.address))
    return None


def is_loopback(host: str) -> bool:
    """Whether nobody else can come that way."""
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback


def url_of(listening: socket.socket, tls: Tls | None) -> str:
    """How this machine reaches the door."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def tell_place(base: Path, listening: socket.socket, tls: Tls | None) -> str:
    """Write for the command line where the door is and which certificate it shows; the URL."""
    url = url_of(listening, tls)
    place = {"url": url, "certificate": str(tls.certificate.absolute()) if tls else ""}
    _write(base / PLACE, msgspec.json.encode(place), 0o644)
    return url


def ensure_own(folder: Path, address: str) -> Tls:
    """Our own certificate, made when there is none or its end is near; the key is for nobody else."""
    own = Tls(folder / CERTIFICATE, folder / KEY)
    if not (own.key.is_file() and own.certificate.is_file() and _is_good(own.certificate)):
        folder.mkdir(parents=True, exist_ok=True)
        key, certificate = _made(address)
        _write(own.key, key, 0o600)
        _write(own.certificate, certificate, 0o644)
    return own


def _is_good(certificate: Path) -> bool:
    from cryptography import x509  # late, as below: plain HTTP needs none of it, and the start is to be short

    try:
        known = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError:
        return False
    return known.not_valid_after_utc > datetime.now(UTC) + RENEWED_BEFORE


def _made(address: str) -> tuple[bytes, bytes]:
    """Key and certificate in PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, socket.gethostname()[:64] or "openqrm")])
    hosts = dict.fromkeys(["localhost", socket.gethostname(), socket.getfqdn()])
    addresses = dict.fromkeys(filter(_is_address, ["127.0.0.1", "::1", address]))
    names = [
        *(x509.DNSName(host) for host in hosts if host.isascii() and host),
        *(x509.IPAddress(ipaddress.ip_address(each)) for each in addresses),
    ]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + GOOD_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, made.public_bytes(pem)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _checked(tls: Tls) -> Tls:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise OpenqrmError(Category.BAD_INPUT, f"{tls.certificate} with {tls.key}: {error}", HINT) from None
    return tls


def _write(path: Path, content: bytes, mode: int) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as scratch:
        os.fchmod(scratch.fileno(), mode)
        scratch.write(content)
    os.replace(scratch.name, path)
